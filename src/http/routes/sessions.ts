import { CloseSessionRequest, SessionQuery, SessionScopes } from "../../contract/sessions.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";

const tag = "Sessions";
const path = "/v1/sessions/{id}";

const get = defineEndpoint({
  method: "get",
  path,
  tag,
  summary: "A session's scopes and how many facts of each kind they hold",
  query: SessionQuery,
  answers: { 200: { description: "The session's scopes", schema: SessionScopes } },
});

const close = defineEndpoint({
  method: "post",
  path: `${path}/close`,
  tag,
  summary: "Close a session, or one scope of it, for good; recorded",
  body: CloseSessionRequest,
  isBodyOptional: true,
  answers: { 200: { description: "What was closed, now or before", schema: SessionScopes } },
});

/** Adds the routes of sessions. */
export function addSessionRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, get, async ({ caller, query, c }) =>
    c.json({ items: await gateway.getSession(caller, c.req.param("id") ?? "", query) }),
  );
  addEndpoint(target, close, async ({ caller, body, c }) =>
    c.json({ items: await gateway.closeSession(caller, c.req.param("id") ?? "", body) }),
  );
}
