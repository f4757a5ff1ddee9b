import type { ErrorView } from "../src/contract/invocation.ts";
import { judgeProbe } from "../src/core/invocation.ts";
import type { Finding } from "./ask-probe.ts";
import type { Closing } from "./close-row.ts";
import { createErrorView } from "./error-view.ts";
import type { ActivityPorts } from "./ports.ts";
import { type KeptOutput, NO_OUTPUT } from "./read-output.ts";
import type { Report } from "./run-action.ts";
import type { BegunAttempt } from "./start-attempt.ts";

/** What an attempt's report makes of the invocation. */
export type Settlement =
  | { readonly kind: "close"; readonly state: "executed" | "failed" | "uncertain"; readonly closing: Closing }
  | { readonly kind: "again"; readonly error: ErrorView };

/** What an attempt said, and what a probe found out where that left a doubt. */
export interface Judged {
  readonly report: Report;
  readonly finding?: Finding | undefined;
}

/** Whether an attempt may have taken effect although it didn't return, and its action can find out. */
export function isDoubtful({ action }: BegunAttempt, { kind }: Report): boolean {
  return action.execution.mode === "verifiable" && (kind === "threw" || kind === "silent");
}

/** Judges what an attempt reported by its action's mode. */
export function judgeReport(ports: ActivityPorts, begun: BegunAttempt, { report, finding }: Judged): Settlement {
  const { action } = begun;
  const once = action.execution.mode === "at_most_once";
  const isLast = begun.erredBefore + 1 >= action.execution.maxAttempts;
  switch (report.kind) {
    case "returned":
      return executed(report.output);
    // It ran to its end: to call it uncertain would be a lie, to run it again a second effect.
    case "unusable":
      return close("failed", fail(report.message));
    case "rejected":
      return close("failed", fail(String(ports.redact(report.message))));
    case "silent": {
      const message = "The action did not answer in time";
      if (finding !== undefined) return judgeFinding(finding, { message, mayFollow: !isLast });
      return once || isLast ? close("uncertain", unsure(message)) : again(message);
    }
    case "threw": {
      const message = String(ports.redact(report.message));
      if (once) return close("uncertain", unsure(message));
      const worthIt = action.execution.retryOn?.(report.error) ?? true;
      if (finding !== undefined) return judgeFinding(finding, { message, mayFollow: !isLast && worthIt });
      return isLast || !worthIt ? close("failed", fail(message)) : again(message);
    }
  }
}

/** Judges what a probe found out about an attempt that ended with this message. */
export function judgeFinding(
  { word, output = NO_OUTPUT }: Finding,
  { message, mayFollow }: { readonly message: string; readonly mayFollow: boolean },
): Settlement {
  const state = judgeProbe(word, mayFollow);
  switch (state) {
    case "executed":
      return executed(output);
    case "again":
      return again(message);
    case "failed":
      return close("failed", fail(message));
    case "uncertain":
      return close("uncertain", unsure(message));
  }
}

function executed(output: KeptOutput): Settlement {
  return { kind: "close", state: "executed", closing: { status: "executed", output } };
}

function close(state: "failed" | "uncertain", error: ErrorView): Settlement {
  return { kind: "close", state, closing: { status: state, error } };
}

function again(message: string): Settlement {
  return { kind: "again", error: fail(message) };
}

function fail(message: string): ErrorView {
  return createErrorView("action_failed", message);
}

function unsure(message: string): ErrorView {
  return createErrorView("outcome_uncertain", message);
}
