import { z } from "zod";
import { GuardFilter, ResetGuardRequest } from "../../contract/guards.ts";
import { PageQuery } from "../../contract/invocation.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { pageOf, views } from "../views.ts";

const tag = "Guards";

const list = defineEndpoint({
  method: "get",
  path: "/v1/guards",
  tag,
  summary: "What guards keep between calls, last changed first",
  query: z.strictObject({ ...GuardFilter.shape, ...PageQuery.shape }),
  answers: { 200: { description: "One page", schema: pageOf(views.guard) } },
});

const get = defineEndpoint({
  method: "get",
  path: "/v1/guards/{id}",
  tag,
  summary: "What one guard keeps",
  answers: { 200: { description: "The guard", schema: views.guard } },
});

const reset = defineEndpoint({
  method: "post",
  path: "/v1/guards/{id}/reset",
  tag,
  summary: "Make a guard forget what it counted; recorded",
  body: ResetGuardRequest,
  isBodyOptional: true,
  answers: { 200: { description: "The guard as it is now", schema: views.guard } },
});

/** Adds the routes of guards. */
export function addGuardRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, list, async ({ caller, query, c }) => {
    const { limit, cursor, ...filter } = query;
    return c.json(await gateway.listGuards(caller, filter, { limit, cursor }));
  });
  addEndpoint(target, get, async ({ caller, c }) => c.json(await gateway.getGuard(caller, c.req.param("id") ?? "")));
  addEndpoint(target, reset, async ({ caller, body, c }) =>
    c.json(await gateway.resetGuard(caller, c.req.param("id") ?? "", body)),
  );
}
