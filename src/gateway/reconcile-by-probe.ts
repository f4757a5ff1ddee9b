import type { InvocationView } from "../contract/invocation.ts";
import type { ProbeCall } from "../contract/run.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { computeProbeMac } from "../core/probe-mac.ts";
import type { InvocationRow } from "../store/invocations.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { readInvocationView } from "./read-invocations.ts";

/** How long a door waits for what a probe says before it answers that nothing is known yet (HTTP 202). */
const PROBE_WAIT_MS = 10_000;

/** How long a caller is asked to stay away while Temporal is. Our choice, as for the store. */
const TEMPORAL_RETRY_MS = 2_000;

/** A person's wish to have an uncertain outcome settled by the action itself. */
export interface ProbeWish {
  readonly row: InvocationRow;
  /** Why, in that person's words. */
  readonly note: string;
}

/** Asks the action's probe, where the action's code is, and waits for what it says. */
export async function reconcileByProbe(
  context: GatewayContext,
  caller: Caller,
  wish: ProbeWish,
): Promise<InvocationView> {
  const { row } = wish;
  const ref = { tenant: row.tenant, id: row.id };
  const call = await describeProbe(context, caller, wish);
  let isAnswered = false;
  // Listen before the start, so that an answer that comes at once isn't missed.
  const answered = context.waiter.wait({
    ref,
    about: "status",
    timeoutMs: PROBE_WAIT_MS,
    skipFirstLook: true,
    isLongPoll: true,
    ignore: (status) => {
      // News that it is uncertain still: the probe can't tell.
      if (status === "uncertain") isAnswered = true;
      return false;
    },
    look: async () => isAnswered || (await context.store.invocations.get(ref))?.status !== "uncertain",
  });
  try {
    await context.runs.probe(call, row.task_queue);
  } catch (cause) {
    answered.catch(() => undefined);
    throw new CountersignError("unavailable", "Temporal can't be reached", { cause, retryAfterMs: TEMPORAL_RETRY_MS });
  }
  await answered;
  return readInvocationView(context, ref, { replayed: false });
}

async function describeProbe(
  { store, redact, signingKey }: GatewayContext,
  caller: Caller,
  { row, note }: ProbeWish,
): Promise<ProbeCall> {
  const manifest = await store.manifests.get(row.action);
  if (manifest?.canProbe !== true) throw new CountersignError("invalid_request", "The action has no probe");
  const { tenant, id: invocation, action } = row;
  const request = { tenant, invocation, by: caller.principal.subject, note: String(redact(note)) };
  const timeoutMs = manifest.execution.attemptTimeoutMs;
  return { ...request, action, timeoutMs, mac: computeProbeMac(signingKey, request) };
}
