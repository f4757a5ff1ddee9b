import type { InvocationView } from "../contract/invocation.ts";
import { DEFAULT_WAIT_MS } from "../contract/limits.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { type Invocation, isOpen, toInvocation, toInvocationError } from "./invocation.ts";
import type { InvokeOptions, RunOptions, WaitOptions } from "./options.ts";
import { retryDelayMs, sleep } from "./retry.ts";
import { traceCall } from "./trace.ts";
import { pathOf, type Transport, type WireRequest } from "./transport.ts";

/** Milliseconds between two polls at least, should something between here and the server answer without waiting. */
const MIN_POLL_MS = 250;
/** Milliseconds of one long poll: below the 60 s at which most proxies give up. */
const POLL_MS = 30_000;
const CONFLICT = 409;
/** What a header carries unchanged: printable ASCII that neither begins nor ends with a space (RFC 9110, 5.5). */
const IDEMPOTENCY_KEY_PATTERN = /^(?! )[\x20-\x7e]{1,255}(?<! )$/;

/** Sends one call and reads its answer, which may be a problem that speaks of the invocation. */
export async function invokeAction(
  transport: Transport,
  call: { readonly action: string; readonly input: unknown },
  options: InvokeOptions = {},
): Promise<Invocation> {
  const { idempotencyKey, reason, run, session, onBehalfOf, waitMs, signal } = options;
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY_PATTERN.test(idempotencyKey)) {
    throw new CountersignError("invalid_idempotency_key", "An idempotency key is 1 to 255 printable ASCII characters");
  }
  const path = pathOf`/v1/actions/${call.action}/invocations`;
  const body = { input: call.input, reason, run, session, onBehalfOf, waitMs };
  const request = { method: "POST", path, body, idempotencyKey, waitMs: waitMs ?? DEFAULT_WAIT_MS, signal } as const;
  return traceCall(call.action, (headers) => sendCall(transport, { ...request, headers }));
}

/** Sends what makes a call and reads its answer, which may be a problem that speaks of the invocation. */
export async function sendCall(transport: Transport, request: WireRequest): Promise<Invocation> {
  try {
    return toInvocation((await transport.send(request)) as InvocationView);
  } catch (error) {
    // A conflict may show the invocation that holds the key: that is somebody's answer, but not this call's.
    if (!(error instanceof CountersignError) || error.invocation === undefined || error.status === CONFLICT)
      throw error;
    return toInvocation(error.invocation);
  }
}

/** Calls an action and waits for its output. @throws not_found for an earlier call with the key whose output was erased */
export async function runAction(
  transport: Transport,
  call: { readonly action: string; readonly input: unknown },
  options: RunOptions = {},
): Promise<unknown> {
  const idempotencyKey = options.idempotencyKey ?? `run-${globalThis.crypto.randomUUID()}`;
  const answer = await invokeAction(transport, call, { ...options, idempotencyKey });
  const closed = isOpen(answer) ? await waitForInvocation(transport, answer.id, { signal: options.signal }) : answer;
  // Without a time limit a wait ends only with a closed invocation.
  if (isOpen(closed)) throw new CountersignError("internal", "The wait ended before the invocation was closed");
  void options.onSettled?.(closed);
  if (closed.status !== "executed") throw toInvocationError(closed);
  if (closed.erasedAt === undefined) return closed.output;
  // The types promise what the action gave: nobody has that any more.
  throw new CountersignError("not_found", "The call was executed, and its output erased since", { invocation: closed });
}

/** Polls until an invocation is closed, or the time is over. A server that is away is waited for like a person who is. */
export async function waitForInvocation(
  transport: Transport,
  id: string,
  options: WaitOptions = {},
): Promise<Invocation> {
  const endsAtMs = Date.now() + (options.timeoutMs ?? Number.POSITIVE_INFINITY);
  for (let faults = 0; ;) {
    const startedAtMs = Date.now();
    const leftMs = Math.max(0, endsAtMs - startedAtMs);
    const waitMs = Math.min(POLL_MS, Math.ceil(leftMs));
    try {
      const invocation = await readInvocation(transport, id, { waitMs, signal: options.signal });
      if (!isOpen(invocation) || endsAtMs <= Date.now()) return invocation;
      faults = 0;
      await sleep(Math.min(leftMs, startedAtMs + MIN_POLL_MS - Date.now()), options.signal);
    } catch (error) {
      if (!(error instanceof CountersignError) || !error.retryable || endsAtMs <= Date.now()) throw error;
      faults += 1;
      await sleep(Math.min(retryDelayMs(faults, Math.random(), error.retryAfterMs), leftMs), options.signal);
    }
  }
}

/** Reads one invocation; with `waitMs` the server answers once it is closed or the time is over. */
export async function readInvocation(
  transport: Transport,
  id: string,
  options: { readonly waitMs?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Invocation> {
  const { waitMs, signal } = options;
  const path = pathOf`/v1/invocations/${id}`;
  const view = await transport.send({ method: "GET", path, query: { waitMs }, waitMs, signal });
  return toInvocation(view as InvocationView);
}
