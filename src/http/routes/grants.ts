import { z } from "zod";
import { GrantFilter } from "../../contract/grants.ts";
import { PageQuery } from "../../contract/invocation.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { pageOf, views } from "../views.ts";

const tag = "Grants";
const path = "/v1/grants/{id}";

const list = defineEndpoint({
  method: "get",
  path: "/v1/grants",
  tag,
  summary: "Grants that approvers gave with their votes, newest first",
  query: z.strictObject({ ...GrantFilter.shape, ...PageQuery.shape }),
  answers: { 200: { description: "One page", schema: pageOf(views.grant) } },
});

const get = defineEndpoint({
  method: "get",
  path,
  tag,
  summary: "One grant with its bounds and what is left of it",
  answers: { 200: { description: "The grant", schema: views.grant } },
});

const revoke = defineEndpoint({
  method: "delete",
  path,
  tag,
  summary: "Revoke a grant at once",
  answers: { 200: { description: "The grant, revoked", schema: views.grant } },
});

/** Adds the routes of grants. */
export function addGrantRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, list, async ({ caller, query, c }) => {
    const { limit, cursor, ...filter } = query;
    return c.json(await gateway.listGrants(caller, filter, { limit, cursor }));
  });
  addEndpoint(target, get, async ({ caller, c }) => c.json(await gateway.getGrant(caller, c.req.param("id") ?? "")));
  addEndpoint(target, revoke, async ({ caller, c }) =>
    c.json(await gateway.revokeGrant(caller, c.req.param("id") ?? "")),
  );
}
