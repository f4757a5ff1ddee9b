import { z } from "zod";
import {
  CancelRequest,
  InvocationFilter,
  InvocationStats,
  PageQuery,
  ReconcileRequest,
  RetryRequest,
} from "../../contract/invocation.ts";
import { MAX_WAIT_MS } from "../../contract/limits.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { atOrAfterEpoch } from "../instants.ts";
import { answerInvocation } from "../invocation-answer.ts";
import { pageOf, views } from "../views.ts";

const tag = "Invocations";
const one = { 200: { description: "The invocation", schema: views.invocation } };

const list = defineEndpoint({
  method: "get",
  path: "/v1/invocations",
  tag,
  summary: "Invocations, newest first",
  query: z.strictObject({ ...InvocationFilter.shape, ...PageQuery.shape }),
  answers: { 200: { description: "One page", schema: pageOf(views.invocation) } },
});

const stats = defineEndpoint({
  method: "get",
  path: "/v1/invocations/stats",
  tag,
  summary: "Counts of invocations, in total and per status",
  query: InvocationFilter,
  answers: { 200: { description: "The counts", schema: InvocationStats } },
});

const get = defineEndpoint({
  method: "get",
  path: "/v1/invocations/{id}",
  tag,
  summary: "One invocation; with waitMs, once it is closed",
  query: z.strictObject({ waitMs: z.coerce.number().int().min(0).max(MAX_WAIT_MS).optional() }),
  answers: one,
});

const events = defineEndpoint({
  method: "get",
  path: "/v1/invocations/{id}/events",
  tag,
  summary: "All audit events of one invocation, oldest first",
  answers: { 200: { description: "The events", schema: z.object({ items: z.array(views.auditEvent) }) } },
});

const cancel = defineEndpoint({
  method: "post",
  path: "/v1/invocations/{id}/cancel",
  tag,
  summary: "Ask an open invocation to stop",
  body: CancelRequest,
  isBodyOptional: true,
  answers: { ...one, 202: { description: "Kept, not carried out yet", schema: views.invocation } },
});

const retry = defineEndpoint({
  method: "post",
  path: "/v1/invocations/{id}/retry",
  tag,
  summary: "Make a failed call anew and wait for its answer",
  body: RetryRequest,
  isBodyOptional: true,
  answers: {
    200: { description: "Executed", schema: views.invocation },
    202: { description: "Accepted, pending or executing; see `Location`", schema: views.invocation },
  },
});

const reconcile = defineEndpoint({
  method: "post",
  path: "/v1/invocations/{id}/reconcile",
  tag,
  summary: "Close an uncertain invocation by what a person found out, or ask the action's probe",
  body: ReconcileRequest,
  answers: {
    ...one,
    202: { description: "Uncertain still: the probe can't tell, or not yet", schema: views.invocation },
  },
});

/** Adds the routes of invocations. */
export function addInvocationRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, list, async ({ caller, query, c }) => {
    const { limit, cursor, ...filter } = query;
    return c.json(await gateway.listInvocations(caller, boundInstants(filter), { limit, cursor }));
  });
  addEndpoint(target, stats, async ({ caller, query, c }) =>
    c.json(await gateway.countInvocations(caller, boundInstants(query))),
  );
  addEndpoint(target, get, async ({ caller, query, c }) =>
    c.json(await gateway.getInvocation(caller, c.req.param("id") ?? "", query.waitMs)),
  );
  addEndpoint(target, events, async ({ caller, c }) =>
    c.json({ items: await gateway.listInvocationEvents(caller, c.req.param("id") ?? "") }),
  );
  addEndpoint(target, cancel, async ({ caller, body, c }) => {
    const { invocation, confirmed } = await gateway.cancel(caller, c.req.param("id") ?? "", body.reason);
    return c.json(invocation, confirmed ? 200 : 202);
  });
  addEndpoint(target, retry, async ({ caller, body, c }) =>
    answerInvocation(c, await gateway.retry(caller, c.req.param("id") ?? "", body)),
  );
  addEndpoint(target, reconcile, async ({ caller, body, c }) => {
    const invocation = await gateway.reconcile(caller, c.req.param("id") ?? "", body);
    return c.json(invocation, invocation.status === "uncertain" ? 202 : 200);
  });
}

function boundInstants(filter: InvocationFilter): InvocationFilter {
  const { createdAfter, createdBefore } = filter;
  return { ...filter, createdAfter: atOrAfterEpoch(createdAfter), createdBefore: atOrAfterEpoch(createdBefore) };
}
