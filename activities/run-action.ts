import { Context } from "@temporalio/activity";
import type { ActionContext } from "../src/action/action.ts";
import { isActionRejected } from "../src/action/action-rejected.ts";
import type { Spent } from "../src/core/guards/amounts.ts";
import { createSecretMask, type SecretMask } from "../src/core/redaction/secret-mask.ts";
import { callContextOf } from "./call-context.ts";
import { createCostMeter } from "./cost-meter.ts";
import type { ActivityPorts } from "./ports.ts";
import { type KeptOutput, readOutput } from "./read-output.ts";
import type { BegunAttempt } from "./start-attempt.ts";
import { countStuckCall } from "./stuck-calls.ts";

/** After an attempt's time is over its function may still say how it ended. Our choice: long enough for an abort to be noticed. */
const REPORT_GRACE_MS = 1_000;

/** What an attempt's function reported, if it did. */
export type Report =
  /** It returned something that can be kept. */
  | { readonly kind: "returned"; readonly output: KeptOutput }
  /** It returned something that the schema refuses or that is too large: the effect has happened, the answer is unusable. */
  | { readonly kind: "unusable"; readonly message: string }
  /** It says that it can't be done. */
  | { readonly kind: "rejected"; readonly error: unknown; readonly message: string }
  /** It threw; `overdue` when its time was over, `stopped` when it was canceled or the worker goes away. */
  | { readonly kind: "threw"; readonly error: unknown; readonly message: string; readonly end?: "overdue" | "stopped" }
  /** Its time is over and it has said nothing; `hasEnded` tells whether the function still goes on. */
  | { readonly kind: "silent"; readonly hasEnded: () => boolean };

/** A report, and what was spent until then. */
export interface ReportedRun {
  readonly report: Report;
  readonly spent: Spent | undefined;
}

/** Runs the action's function once, with the real input, and waits for its report at most the attempt's time. */
export async function runAction(ports: ActivityPorts, begun: BegunAttempt): Promise<ReportedRun> {
  const { attemptTimeoutMs } = begun.execution;
  const cost = createCostMeter(ports.tariff);
  const mask = createSecretMask();
  const activity = Context.current();
  const abort = new AbortController();
  const onCancel = (): void => abort.abort(activity.cancellationSignal.reason);
  if (activity.cancellationSignal.aborted) onCancel();
  activity.cancellationSignal.addEventListener("abort", onCancel, { once: true });
  const clock = startClock(attemptTimeoutMs, () => {
    abort.abort(new DOMException(`The attempt took longer than ${attemptTimeoutMs} ms`, "TimeoutError"));
  });
  try {
    const context = contextOf(ports, begun, { mask, signal: abort.signal, cost: cost.meter });
    const call = callFunction(ports, begun, { context, mask });
    const report = (await Promise.race([call, clock.overdue])) ?? leave(ports, begun, call);
    return { report: withEnd(report, { overdue: clock.isOver(), stopped: abort.signal.aborted }), spent: cost.spent() };
  } finally {
    clock.stop();
    activity.cancellationSignal.removeEventListener("abort", onCancel);
  }
}

/** Leaves a function that has said nothing in its time to itself. */
function leave(ports: ActivityPorts, begun: BegunAttempt, call: Promise<unknown>): Report {
  let ended = false;
  const end = (): void => void (ended = true);
  call.then(end, end);
  countStuckCall(ports, begun, call);
  return { kind: "silent", hasEnded: () => ended };
}

/** An error after the abort is most often the abort's own, so it says nothing of what the action depends on. */
function withEnd(report: Report, { overdue, stopped }: { overdue: boolean; stopped: boolean }): Report {
  if (report.kind !== "threw" || !stopped) return report;
  return { ...report, end: overdue ? "overdue" : "stopped" };
}

/** What a function is called with besides its input. */
interface FunctionCall {
  readonly context: ActionContext;
  readonly mask: SecretMask;
}

async function callFunction(
  ports: ActivityPorts,
  { action, row }: BegunAttempt,
  { context, mask }: FunctionCall,
): Promise<Report> {
  let returned: unknown;
  const input = await action.input.safeParseAsync(JSON.parse(row.input));
  if (!input.success) {
    const message = "The input doesn't fit the action's schema any more";
    return { kind: "rejected", error: undefined, message };
  }
  try {
    returned = await action.run(input.data, context);
  } catch (error) {
    const message = mask.maskText(messageOf(error));
    return isActionRejected(error) ? { kind: "rejected", error, message } : { kind: "threw", error, message };
  }
  const output = await readOutput(ports, { action, returned, mask });
  return "fault" in output ? { kind: "unusable", message: output.fault } : { kind: "returned", output };
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

function contextOf(
  ports: ActivityPorts,
  { row, attempt, approval }: BegunAttempt,
  { mask, signal, cost }: Pick<ActionContext, "signal" | "cost"> & { readonly mask: SecretMask },
): ActionContext {
  return {
    ...callContextOf(ports, { row, mask, signal }),
    attempt,
    cost,
    heartbeat: (details) => Context.current().heartbeat(ports.redact(mask.maskValue(details))),
    approval,
  };
}

/** Calls `onTime` when the time is over, and ends the wait for a report when the grace after it is over too. */
function startClock(timeoutMs: number, onTime: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const overdue = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      isOver = true;
      onTime();
      timer = setTimeout(() => resolve(undefined), REPORT_GRACE_MS);
    }, timeoutMs);
  });
  return { overdue, isOver: () => isOver, stop: () => clearTimeout(timer) };
}
