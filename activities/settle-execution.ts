import { ApplicationFailure } from "@temporalio/common";
import type { ClosedStep } from "../src/contract/run.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { isClosed } from "../src/core/invocation.ts";
import { limitsOf } from "../src/core/guards/charges.ts";
import type { BreakerOutcome } from "../src/core/guards/breaker.ts";
import { classifyFailure } from "../src/core/guards/failures/classify-failure.ts";
import type { FinishedExecution } from "../src/store/executions.ts";
import type { BegunAttempt } from "./start-attempt.ts";
import { closeRow } from "./close-row.ts";
import { eventOf } from "./event-of.ts";
import { type Judged, judgeReport, type Settlement } from "./judge-report.ts";
import type { ActivityPorts } from "./ports.ts";
import { requireRow } from "./require.ts";
import type { ProvenFact } from "../src/core/guards/read-facts.ts";
import { reportOutcome } from "./attempt-breakers.ts";
import { recordFacts } from "./facts.ts";
import type { Report, ReportedRun } from "./run-action.ts";
import { closedStep } from "./steps.ts";

/** What an attempt left behind. */
export interface SettledRun extends ReportedRun, Judged {
  /** What the action has proven. */
  readonly facts: readonly ProvenFact[];
}

/**
 * Records what an attempt reported, if the attempt is still the one in charge.
 * @throws ApplicationFailure `attempt_failed`, retried by Temporal, when another attempt may follow
 */
export async function settleExecution(
  ports: ActivityPorts,
  begun: BegunAttempt,
  { report, spent, finding, facts }: SettledRun,
): Promise<ClosedStep> {
  const settlement = judgeReport(ports, begun, { report, finding });
  const { ref, attempt, token, beganAtMs } = begun;
  const finished: FinishedExecution = {
    ref,
    attempt,
    token,
    state: settlement.kind === "close" ? settlement.state : "erred",
    error: errorText(settlement),
    spent: spent === undefined ? undefined : canonicalJson(spent),
    isOver: report.kind !== "silent",
  };
  const step = await ports.store.transaction(async (tx) => {
    const row = requireRow(await tx.invocations.lock(ref));
    const late = isClosed(row.status) ? closedStep(row) : undefined;
    if (late !== undefined || !(await tx.executions.finish(finished))) {
      if (finished.spent !== undefined) await tx.executions.noteSpent(begun, finished.spent);
      return late;
    }
    await reportOutcome(tx, row, { token, beganAtMs, outcome: outcomeOf(report) });
    const capacity = limitsOf(row)?.facts;
    const proven = facts.length === 0 ? undefined : await recordFacts(tx, { row, facts, capacity });
    const event = eventOf(row, "execution.finished", {
      attempt,
      outcome: finished.state,
      ...(finding === undefined ? {} : { probe: finding.word }),
      ...(proven === undefined ? {} : { facts: proven }),
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

/** What a report says of the dependencies that the action names: whatever ran to its end was answered. */
function outcomeOf(report: Report): BreakerOutcome {
  switch (report.kind) {
    case "returned":
    case "unusable":
      return "success";
    case "rejected":
      return classifyFailure(report.error);
    case "silent":
      return "timeout";
    case "threw":
      if (report.end === undefined) return classifyFailure(report.error);
      return report.end === "overdue" ? "timeout" : "none";
  }
}

function errorText(settlement: Settlement): string | undefined {
  const error = settlement.kind === "again" ? settlement.error : settlement.closing.error;
  return error === undefined ? undefined : canonicalJson(error);
}
