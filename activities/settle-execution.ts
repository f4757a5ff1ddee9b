import { ApplicationFailure } from "@temporalio/common";
import type { ErrorView } from "../src/contract/invocation.ts";
import type { ClosedStep } from "../src/contract/run.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { isClosed } from "../src/core/invocation.ts";
import type { FinishedExecution } from "../src/store/executions.ts";
import type { BegunAttempt } from "./start-attempt.ts";
import { closeRow, type Closing, eventOf } from "./close-row.ts";
import { createErrorView } from "./error-view.ts";
import type { ActivityPorts } from "./ports.ts";
import { requireRow } from "./require.ts";
import type { Report } from "./run-action.ts";
import { closedStep } from "./steps.ts";

/** What an attempt's report makes of the invocation. */
type Settlement =
  | { readonly kind: "close"; readonly state: "executed" | "failed" | "uncertain"; readonly closing: Closing }
  | { readonly kind: "again"; readonly error: ErrorView };

/**
 * Records what an attempt reported, if the attempt is still the one in charge.
 * @throws ApplicationFailure `attempt_failed`, retried by Temporal, when another attempt may follow
 */
export async function settleExecution(ports: ActivityPorts, begun: BegunAttempt, report: Report): Promise<ClosedStep> {
  const settlement = judgeReport(ports, begun, report);
  const { ref, attempt, token } = begun;
  const finished: FinishedExecution = {
    ref,
    attempt,
    token,
    state: settlement.kind === "close" ? settlement.state : "erred",
    error: errorText(settlement),
  };
  const step = await ports.store.transaction(async (tx) => {
    const row = requireRow(await tx.invocations.lock(ref));
    if (isClosed(row.status)) return closedStep(row);
    if (!(await tx.executions.finish(finished))) return undefined;
    const event = eventOf(row, "execution.finished", {
      attempt,
      outcome: finished.state,
      ...(finished.error === undefined ? {} : { error: JSON.parse(finished.error) as unknown }),
    });
    if (settlement.kind === "close") return closeRow(tx, row, { ...settlement.closing, events: [event] });
    await tx.audit.append(row.tenant, [event]);
    return undefined;
  });
  if (step !== undefined) return step;
  const message = settlement.kind === "again" ? settlement.error.message : "Another attempt is in charge";
  throw ApplicationFailure.retryable(message, "attempt_failed");
}

function judgeReport(ports: ActivityPorts, begun: BegunAttempt, report: Report): Settlement {
  const { action } = begun;
  const once = action.execution.mode === "at_most_once";
  switch (report.kind) {
    case "returned": {
      const view = canonicalJson(ports.redact(JSON.parse(report.output), action.secretFields));
      return {
        kind: "close",
        state: "executed",
        closing: { status: "executed", output: { real: report.output, view } },
      };
    }
    // It ran to its end: to call it uncertain would be a lie, to run it again a second effect.
    case "unusable":
      return close("failed", fail(report.message));
    case "rejected":
      return close("failed", fail(String(ports.redact(report.message))));
    case "silent":
      return once
        ? close("uncertain", unsure("The action did not answer in time"))
        : again("The action did not answer in time");
    case "threw": {
      const message = String(ports.redact(report.message));
      if (once) return close("uncertain", unsure(message));
      const isLast = begun.erredBefore + 1 >= action.execution.maxAttempts;
      const worthIt = action.execution.retryOn?.(report.error) ?? true;
      return isLast || !worthIt ? close("failed", fail(message)) : again(message);
    }
  }
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

function errorText(settlement: Settlement): string | undefined {
  const error = settlement.kind === "again" ? settlement.error : settlement.closing.error;
  return error === undefined ? undefined : canonicalJson(error);
}
