import { Context } from "@temporalio/activity";
import type { ActionContext } from "../src/action/action.ts";
import { isActionRejected } from "../src/action/action-rejected.ts";
import { MAX_OUTPUT_BYTES } from "../src/contract/limits.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import type { Spent } from "../src/core/guards/amounts.ts";
import { findJsonFault } from "../src/core/json-guard.ts";
import { createCostMeter } from "./cost-meter.ts";
import type { BegunAttempt } from "./start-attempt.ts";
import type { ActivityPorts } from "./ports.ts";
import { countStuckCall } from "./stuck-calls.ts";

/** After an attempt's time is over its function may still say how it ended. Our choice: long enough for an abort to be noticed. */
const REPORT_GRACE_MS = 1_000;

/** What an attempt's function reported, if it did. */
export type Report =
  /** It returned; `output` is canonical JSON of what the output schema made of it. */
  | { readonly kind: "returned"; readonly output: string }
  /** It returned something that the schema refuses or that is too large: the effect has happened, the answer is unusable. */
  | { readonly kind: "unusable"; readonly message: string }
  /** It says that it can't be done. */
  | { readonly kind: "rejected"; readonly error: unknown; readonly message: string }
  /** It threw; `overdue` when its time was over, `stopped` when it was canceled or the worker goes away. */
  | { readonly kind: "threw"; readonly error: unknown; readonly message: string; readonly end?: "overdue" | "stopped" }
  /** Its time is over and it has said nothing. */
  | { readonly kind: "silent" };

/** A report, and what was spent until then. */
export interface ReportedRun {
  readonly report: Report;
  readonly spent: Spent | undefined;
}

/** Runs the action's function once, with the real input, and waits for its report at most the attempt's time. */
export async function runAction(ports: ActivityPorts, begun: BegunAttempt): Promise<ReportedRun> {
  const { attemptTimeoutMs } = begun.execution;
  const cost = createCostMeter(ports.tariff);
  const activity = Context.current();
  const abort = new AbortController();
  const onCancel = (): void => abort.abort(activity.cancellationSignal.reason);
  if (activity.cancellationSignal.aborted) onCancel();
  activity.cancellationSignal.addEventListener("abort", onCancel, { once: true });
  const clock = startClock(attemptTimeoutMs, () => {
    abort.abort(new DOMException(`The attempt took longer than ${attemptTimeoutMs} ms`, "TimeoutError"));
  });
  try {
    const context = contextOf(ports, begun, { signal: abort.signal, cost: cost.meter });
    const call = callFunction(begun, context);
    const report = await Promise.race([call, clock.overdue]);
    if (report.kind === "silent") countStuckCall(ports, begun.action, call);
    return { report: withEnd(report, { overdue: clock.isOver(), stopped: abort.signal.aborted }), spent: cost.spent() };
  } finally {
    clock.stop();
    activity.cancellationSignal.removeEventListener("abort", onCancel);
  }
}

/** An error after the abort is most often the abort's own, so it says nothing of what the action depends on. */
function withEnd(report: Report, { overdue, stopped }: { overdue: boolean; stopped: boolean }): Report {
  if (report.kind !== "threw" || !stopped) return report;
  return { ...report, end: overdue ? "overdue" : "stopped" };
}

async function callFunction({ action, row }: BegunAttempt, context: ActionContext): Promise<Report> {
  let returned: unknown;
  const input = await action.input.safeParseAsync(JSON.parse(row.input));
  if (!input.success) {
    const message = "The input doesn't fit the action's schema any more";
    return { kind: "rejected", error: undefined, message };
  }
  try {
    returned = await action.run(input.data, context);
  } catch (error) {
    const message = messageOf(error);
    return isActionRejected(error) ? { kind: "rejected", error, message } : { kind: "threw", error, message };
  }
  return checkOutput(action, returned);
}

/** What an error says; an action may throw anything, and a message may throw when it is read. */
function messageOf(error: unknown): string {
  try {
    const message: unknown = error instanceof Error ? error.message : undefined;
    return typeof message === "string" ? message : "The action threw something that is no error";
  } catch {
    return "The action threw an error that can't be read";
  }
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

function contextOf(
  ports: ActivityPorts,
  { row, attempt, approval }: BegunAttempt,
  { signal, cost }: Pick<ActionContext, "signal" | "cost">,
): ActionContext {
  return {
    invocationId: row.id,
    tenant: row.tenant,
    actor: row.actor,
    run: row.run ?? undefined,
    attempt,
    idempotencyKey: row.id,
    signal,
    cost,
    heartbeat: (details) => Context.current().heartbeat(ports.redact(details)),
    log: (message, fields) => ports.log("info", message, { ...fields, invocation: row.id }),
    approval,
  };
}

/** Calls `onTime` when the time is over, and reports silence when the grace after it is over too. */
function startClock(timeoutMs: number, onTime: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const overdue = new Promise<Report>((resolve) => {
    timer = setTimeout(() => {
      isOver = true;
      onTime();
      timer = setTimeout(() => resolve({ kind: "silent" }), REPORT_GRACE_MS);
    }, timeoutMs);
  });
  return { overdue, isOver: () => isOver, stop: () => clearTimeout(timer) };
}
