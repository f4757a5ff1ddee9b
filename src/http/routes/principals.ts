import { PutPrincipalRequest } from "../../contract/principal.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { views } from "../views.ts";

const tag = "Principals";
const answers = { 200: { description: "The principal", schema: views.principal } };

const get = defineEndpoint({
  method: "get",
  path: "/v1/principals/{subject}",
  tag,
  summary: "One principal of the caller's tenant",
  answers,
});

const put = defineEndpoint({
  method: "put",
  path: "/v1/principals/{subject}",
  tag,
  summary: "Change a principal's kind, roles, groups or scopes, or make it",
  body: PutPrincipalRequest,
  answers,
});

/** Adds the routes of principals. */
export function addPrincipalRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, get, async ({ caller, c }) =>
    c.json(await gateway.getPrincipal(caller, c.req.param("subject") ?? "")),
  );
  addEndpoint(target, put, async ({ caller, body, c }) =>
    c.json(await gateway.putPrincipal(caller, c.req.param("subject") ?? "", body)),
  );
}
