import { Context } from "@temporalio/activity";
import type { ActionContext } from "../src/action/action.ts";
import { isActionRejected } from "../src/action/action-rejected.ts";
import { MAX_OUTPUT_BYTES } from "../src/contract/limits.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { findJsonFault } from "../src/core/json-guard.ts";
import type { BegunAttempt } from "./start-attempt.ts";
import type { ActivityPorts } from "./ports.ts";

/** After an attempt's time is over its function may still say how it ended. Our choice: long enough for an abort to be noticed. */
const REPORT_GRACE_MS = 1_000;

/** What an attempt's function reported, if it did. */
export type Report =
  /** It returned; `output` is canonical JSON of what the output schema made of it. */
  | { readonly kind: "returned"; readonly output: string }
  /** It returned something that the schema refuses or that is too large: the effect has happened, the answer is unusable. */
  | { readonly kind: "unusable"; readonly message: string }
  /** It says that it can't be done. */
  | { readonly kind: "rejected"; readonly message: string }
  /** It threw. */
  | { readonly kind: "threw"; readonly error: unknown; readonly message: string }
  /** Its time is over and it has said nothing. */
  | { readonly kind: "silent" };

/** Runs the action's function once, with the real input, and waits for its report at most the attempt's time. */
export async function runAction(ports: ActivityPorts, begun: BegunAttempt): Promise<Report> {
  const { attemptTimeoutMs } = begun.action.execution;
  const activity = Context.current();
  const abort = new AbortController();
  const onCancel = (): void => abort.abort(activity.cancellationSignal.reason);
  if (activity.cancellationSignal.aborted) onCancel();
  activity.cancellationSignal.addEventListener("abort", onCancel, { once: true });
  const clock = startClock(attemptTimeoutMs, () => {
    abort.abort(new DOMException(`The attempt took longer than ${attemptTimeoutMs} ms`, "TimeoutError"));
  });
  try {
    return await Promise.race([callFunction(begun, contextOf(ports, begun, abort.signal)), clock.overdue]);
  } finally {
    clock.stop();
    activity.cancellationSignal.removeEventListener("abort", onCancel);
  }
}

async function callFunction({ action, row }: BegunAttempt, context: ActionContext): Promise<Report> {
  let returned: unknown;
  const input = await action.input.safeParseAsync(JSON.parse(row.input));
  if (!input.success) return { kind: "rejected", message: "The input doesn't fit the action's schema any more" };
  try {
    returned = await action.run(input.data, context);
  } catch (error) {
    const message = error instanceof Error ? error.message : "The action threw something that is no error";
    return isActionRejected(error) ? { kind: "rejected", message } : { kind: "threw", error, message };
  }
  return checkOutput(action, returned);
}

async function checkOutput(action: BegunAttempt["action"], returned: unknown): Promise<Report> {
  const parsed =
    action.output === undefined
      ? { success: true as const, data: returned }
      : await action.output.safeParseAsync(returned);
  if (!parsed.success) return { kind: "unusable", message: "The action's output doesn't fit its schema" };
  let output: unknown;
  try {
    output = JSON.parse(JSON.stringify(parsed.data ?? null)) as unknown;
  } catch {
    return { kind: "unusable", message: "The action's output is not JSON" };
  }
  if (findJsonFault(output) !== undefined)
    return { kind: "unusable", message: "The action's output is not well-formed JSON" };
  const text = canonicalJson(output);
  if (Buffer.byteLength(text) > MAX_OUTPUT_BYTES) {
    return { kind: "unusable", message: `The action's output is larger than ${MAX_OUTPUT_BYTES} bytes` };
  }
  return { kind: "returned", output: text };
}

function contextOf(ports: ActivityPorts, { row, attempt, approval }: BegunAttempt, signal: AbortSignal): ActionContext {
  return {
    invocationId: row.id,
    tenant: row.tenant,
    actor: row.actor,
    run: row.run ?? undefined,
    attempt,
    idempotencyKey: row.id,
    signal,
    heartbeat: (details) => Context.current().heartbeat(ports.redact(details)),
    log: (message, fields) => ports.log("info", message, { ...fields, invocation: row.id }),
    approval,
  };
}

/** Calls `onTime` when the time is over, and reports silence when the grace after it is over too. */
function startClock(timeoutMs: number, onTime: () => void): { readonly overdue: Promise<Report>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<Report>((resolve) => {
    timer = setTimeout(() => {
      onTime();
      timer = setTimeout(() => resolve({ kind: "silent" }), REPORT_GRACE_MS);
    }, timeoutMs);
  });
  return { overdue, stop: () => clearTimeout(timer) };
}
