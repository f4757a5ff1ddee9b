import { setTimeout as sleep } from "node:timers/promises";
import { Context } from "@temporalio/activity";
import type { Action } from "../src/action/action.ts";
import { PROBE_WAITS_MS, type ProbeWord } from "../src/core/invocation.ts";
import { createSecretMask } from "../src/core/redaction/secret-mask.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import { callContextOf } from "./call-context.ts";
import type { ActivityPorts } from "./ports.ts";
import { type KeptOutput, readOutput } from "./read-output.ts";

/** What an action's probe found out. */
export interface Finding {
  readonly word: ProbeWord;
  /** What the call gave, where the probe could tell. */
  readonly output?: KeptOutput;
}

/** Whose effect is in doubt. */
export interface ProbedCall {
  readonly row: LockedInvocation;
  readonly action: Action;
  /** One question's time, milliseconds. */
  readonly timeoutMs: number;
}

/** How long to ask. */
export interface Doubts extends ProbedCall {
  /** Milliseconds in which further questions may begin; the first one is asked in any case. */
  readonly leftMs: number;
  /** False while the attempt in doubt may still go on: then it may take effect yet, although the probe says that it hasn't. */
  readonly hasEnded?: () => boolean;
}

const UNKNOWN: Finding = { word: "unknown" };

/**
 * Asks an action's probe until it knows, a few times at most. Not inside a transaction: the probe looks at other systems.
 * @returns nothing when the worker goes away: the next one asks anew
 */
export async function askUntilKnown(ports: ActivityPorts, doubts: Doubts): Promise<Finding | undefined> {
  const { leftMs, hasEnded = () => true } = doubts;
  const deadlineMs = performance.now() + leftMs;
  for (const waitMs of [...PROBE_WAITS_MS, Infinity]) {
    // Before the question: what ends while the probe looks may have taken effect behind its back.
    const wasOver = hasEnded();
    const finding = await askProbe(ports, doubts);
    if (isShutdown(Context.current().cancellationSignal)) return undefined;
    if (finding.word === "done" || (finding.word === "not_done" && wasOver)) return finding;
    if (performance.now() + waitMs > deadlineMs) break;
    await sleep(waitMs);
  }
  return UNKNOWN;
}

/**
 * Asks an action's probe once whether the call has taken effect. Whatever goes wrong, it isn't known. A cancel doesn't stop it: what
 * became of the call must be found out all the more.
 */
export async function askProbe(ports: ActivityPorts, call: ProbedCall): Promise<Finding> {
  const { action, timeoutMs, row } = call;
  const { cancellationSignal } = Context.current();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new DOMException("The probe took too long", "TimeoutError")), timeoutMs);
  const onStop = (): void => {
    if (isShutdown(cancellationSignal)) abort.abort(cancellationSignal.reason);
  };
  cancellationSignal.addEventListener("abort", onStop, { once: true });
  onStop();
  try {
    const answer = await Promise.race([callProbe(ports, call, abort.signal), untilAborted(abort.signal)]);
    if (!("fault" in answer)) return answer;
    ports.log("warn", "A probe could not be understood", { invocation: row.id, action: action.name, ...answer });
  } catch (error) {
    // What it says may hold what it was given, so only its kind is told.
    const kind = error instanceof Error ? error.name : typeof error;
    ports.log("warn", "A probe failed", { invocation: row.id, action: action.name, kind });
  } finally {
    clearTimeout(timer);
    cancellationSignal.removeEventListener("abort", onStop);
  }
  return UNKNOWN;
}

/** Whether the worker goes away, as distinct from a call that is canceled. */
export function isShutdown({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.message === "WORKER_SHUTDOWN";
}

async function callProbe(
  ports: ActivityPorts,
  { action, row }: ProbedCall,
  signal: AbortSignal,
): Promise<Finding | { readonly fault: string }> {
  const mask = createSecretMask();
  const input = await action.input.safeParseAsync(JSON.parse(row.input));
  if (!input.success) return { fault: "The input doesn't fit the action's schema any more" };
  const answer: unknown = await action.probe?.(input.data, callContextOf(ports, { row, mask, signal }));
  if (answer === "done" || answer === "not_done" || answer === "unknown") return { word: answer };
  if (typeof answer !== "object" || answer === null || !("done" in answer))
    return { fault: "It answers done, not_done, unknown or { done }" };
  const output = await readOutput(ports, { action, returned: answer.done, mask });
  return "fault" in output ? output : { word: "done", output };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
