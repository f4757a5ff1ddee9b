import type { InvocationView } from "../contract/invocation.ts";
import { DEFAULT_WAIT_MS } from "../contract/limits.ts";
import type { Page } from "../contract/problem.ts";
import type {
  ActionsClient,
  ApprovalsClient,
  AuditClient,
  Client,
  InvocationsClient,
  KeysClient,
  PolicyClient,
} from "./client.ts";
import { createGrantsClient } from "./grants.ts";
import { createGuardsClient } from "./guards.ts";
import { toInvocation } from "./invocation.ts";
import { readInvocation, sendCall, waitForInvocation } from "./invoke.ts";
import type { RequestOptions } from "./options.ts";
import { createSessionsClient } from "./sessions.ts";
import { createWebhooksClient } from "./webhooks.ts";
import { pathOf, type Query, type Transport } from "./transport.ts";

type Method = "GET" | "POST" | "PUT" | "DELETE";
/** Sends a request and takes the answer for what the server's contract says it is. */
type Send = <Answer>(target: readonly [Method, string], options?: SendOptions) => Promise<Answer>;
interface SendOptions {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly mediaType?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Everything of a client that reads and writes resources, as distinct from calling actions. */
export function createResources(
  transport: Transport,
  onBehalfOf?: string,
): Omit<Client, "invoke" | "run" | "guard" | "budget" | "withRun" | "runs"> {
  const send: Send = async <Answer>([method, path]: readonly [Method, string], options: SendOptions = {}) =>
    (await transport.send({ method, path, ...options })) as Answer;
  return {
    invocations: createInvocations(transport, send),
    approvals: createApprovals(send),
    policy: createPolicy(send),
    audit: createAudit(send),
    actions: createActions(send),
    keys: createKeys(send),
    sessions: createSessionsClient(transport, onBehalfOf),
    grants: createGrantsClient(transport),
    guards: createGuardsClient(transport),
    webhooks: createWebhooksClient(transport),
  };
}

function createInvocations(transport: Transport, send: Send): InvocationsClient {
  return {
    get: (id, options) => readInvocation(transport, id, signalOf(options)),
    list: async (options) => {
      const page = await send<Page<InvocationView>>(["GET", "/v1/invocations"], toListRequest(options));
      return { ...page, items: page.items.map((view) => toInvocation(view)) };
    },
    wait: (id, options) => waitForInvocation(transport, id, options),
    events: async (id, options) =>
      itemsOf(await send(["GET", pathOf`/v1/invocations/${id}/events`], signalOf(options))),
    cancel: async (id, { reason, signal } = {}) =>
      toInvocation(await send(["POST", pathOf`/v1/invocations/${id}/cancel`], { body: { reason }, signal })),
    retry: (id, { reason, waitMs, signal } = {}) =>
      sendCall(transport, {
        ...{ method: "POST", path: pathOf`/v1/invocations/${id}/retry`, body: { reason, waitMs } },
        ...{ waitMs: waitMs ?? DEFAULT_WAIT_MS, signal },
      }),
    reconcile: async (id, body, options) =>
      toInvocation(await send(["POST", pathOf`/v1/invocations/${id}/reconcile`], { body, ...signalOf(options) })),
    stats: (options) => send(["GET", "/v1/invocations/stats"], toListRequest(options)),
  };
}

function createApprovals(send: Send): ApprovalsClient {
  const vote: ApprovalsClient["vote"] = (id, decision, { idempotencyKey, signal, ...options } = {}) => {
    const { reason, digest, edit, grant } = options;
    const body = { decision, reason, digest, edit, grant };
    return send(["POST", pathOf`/v1/approvals/${id}/votes`], { body, idempotencyKey, signal });
  };
  return {
    list: (options) => send(["GET", "/v1/approvals"], toListRequest(options)),
    get: (id, options) => send(["GET", pathOf`/v1/approvals/${id}`], signalOf(options)),
    stats: (options) => send(["GET", "/v1/approvals/stats"], toListRequest(options)),
    vote,
    approve: (id, options) => vote(id, "approve", options),
    reject: (id, options) => vote(id, "reject", options),
    batch: async (votes, options) =>
      itemsOf(await send(["POST", "/v1/approvals/batch"], { body: { votes }, ...signalOf(options) })),
  };
}

function createPolicy(send: Send): PolicyClient {
  return {
    evaluate: (body, options) => send(["POST", "/v1/policy/evaluate"], { body, ...signalOf(options) }),
    replay: (body, options) => send(["POST", "/v1/policy/replay"], { body, ...signalOf(options) }),
    get: (options) => send(["GET", "/v1/policy"], toListRequest(options)),
    put: (body, options) =>
      send(["PUT", "/v1/policy"], {
        body,
        mediaType: typeof body === "string" ? "application/yaml" : undefined,
        ...toListRequest(options),
      }),
    versions: (options) => send(["GET", "/v1/policy/versions"], toListRequest(options)),
  };
}

function createAudit(send: Send): AuditClient {
  return { list: (options) => send(["GET", "/v1/audit"], toListRequest(options)) };
}

function createActions(send: Send): ActionsClient {
  return {
    list: async (options) => itemsOf(await send(["GET", "/v1/actions"], signalOf(options))),
    get: (name, options) => send(["GET", pathOf`/v1/actions/${name}`], signalOf(options)),
  };
}

function createKeys(send: Send): KeysClient {
  return {
    create: (body, options) => send(["POST", "/v1/keys"], { body, ...signalOf(options) }),
    list: (options) => send(["GET", "/v1/keys"], toListRequest(options)),
    revoke: (id, options) => send(["DELETE", pathOf`/v1/keys/${id}`], signalOf(options)),
  };
}

function signalOf(options: RequestOptions | undefined): RequestOptions {
  return { signal: options?.signal };
}

function toListRequest(options: (Query & object) | (RequestOptions & object) | undefined): SendOptions {
  const { signal, ...query } = (options ?? {}) as RequestOptions & Query;
  return { query, signal };
}

function itemsOf<Item>(answer: { readonly items: readonly Item[] }): readonly Item[] {
  return answer.items;
}
