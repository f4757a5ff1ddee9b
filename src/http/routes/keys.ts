import { PageQuery } from "../../contract/invocation.ts";
import { CreatedKey, CreateKeyRequest } from "../../contract/principal.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { pageOf, views } from "../views.ts";

const tag = "Keys";

const create = defineEndpoint({
  method: "post",
  path: "/v1/keys",
  tag,
  summary: "Make a key, and its principal if that is new",
  body: CreateKeyRequest,
  answers: { 201: { description: "The key; its secret is shown this once", schema: CreatedKey } },
});

const list = defineEndpoint({
  method: "get",
  path: "/v1/keys",
  tag,
  summary: "Keys without their secrets, newest first",
  query: PageQuery,
  answers: { 200: { description: "One page", schema: pageOf(views.key) } },
});

const revoke = defineEndpoint({
  method: "delete",
  path: "/v1/keys/{id}",
  tag,
  summary: "Revoke a key at once",
  answers: { 200: { description: "The key as it was", schema: views.key } },
});

/** Adds the routes of keys. */
export function addKeyRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, create, async ({ caller, body, c }) => c.json(await gateway.createKey(caller, body), 201));
  addEndpoint(target, list, async ({ caller, query, c }) => c.json(await gateway.listKeys(caller, query)));
  addEndpoint(target, revoke, async ({ caller, c }) =>
    c.json(await gateway.revokeKey(caller, c.req.param("id") ?? "")),
  );
}
