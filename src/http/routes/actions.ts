import { z } from "zod";
import { InvokeRequest } from "../../contract/invocation.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { answerInvocation } from "../invocation-answer.ts";
import { views } from "../views.ts";

const tag = "Actions";

const listActions = defineEndpoint({
  method: "get",
  path: "/v1/actions",
  tag,
  summary: "Published actions, by name",
  answers: { 200: { description: "The actions", schema: z.object({ items: z.array(views.action) }) } },
});

const getAction = defineEndpoint({
  method: "get",
  path: "/v1/actions/{name}",
  tag,
  summary: "One published action",
  answers: { 200: { description: "The action", schema: views.action } },
});

const invoke = defineEndpoint({
  method: "post",
  path: "/v1/actions/{name}/invocations",
  tag,
  summary: "Call a guarded action and wait for its answer",
  body: InvokeRequest,
  takesIdempotencyKey: true,
  answers: {
    200: { description: "Executed", schema: views.invocation },
    202: { description: "Accepted, pending or executing; see `Location`", schema: views.invocation },
  },
});

/** Adds the routes of actions and of calling them. */
export function addActionRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, listActions, async ({ caller, c }) => c.json({ items: await gateway.listActions(caller) }));
  addEndpoint(target, getAction, async ({ caller, c }) =>
    c.json(await gateway.getAction(caller, c.req.param("name") ?? "")),
  );
  addEndpoint(target, invoke, async ({ caller, body, idempotencyKey, c }) => {
    const action = c.req.param("name") ?? "";
    return answerInvocation(c, await gateway.invoke(caller, { ...body, action, idempotencyKey }));
  });
}
