import type { InvocationRef } from "../src/contract/ids.ts";
import type { Step } from "../src/contract/run.ts";
import { refuse } from "../src/core/guards/refusal.ts";
import { isClosed } from "../src/core/invocation.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { isUntouched } from "./approvals/mandate.ts";
import { standingStep } from "./approvals/standing-step.ts";
import { assertOwnVersion } from "./assert-own-version.ts";
import { closeRow } from "./close-row.ts";
import { countingRefusals, type RefusalCounter } from "./counting-refusals.ts";
import { decideCall } from "./decide-call.ts";
import type { DecideOptions, Deciding } from "./deciding.ts";
import { eventOf } from "./event-of.ts";
import { canceledError, createErrorView } from "./error-view.ts";
import { carryOut } from "./execute-action.ts";
import { createKnowledge, type Knowledge } from "./knowledge.ts";
import { requireAction, requireRow } from "./require.ts";
import type { BegunAttempt } from "./start-attempt.ts";
import type { ActivityPorts } from "./ports.ts";
import { closedStep } from "./steps.ts";

/**
 * Decides an invocation in one transaction and records the verdict, or returns what was decided before:
 * a local activity may run twice, the second time it finds its row. An inline action that is allowed is executed right away.
 */
export async function decideInvocation(
  ports: ActivityPorts,
  ref: InvocationRef,
  { temporalRunId }: { readonly temporalRunId: string },
): Promise<Step> {
  const knowledge = createKnowledge(ports, ref.tenant);
  const decided = await countingRefusals(ports, (counter) =>
    decide(ports, ref, { ...counter, temporalRunId, knowledge }),
  );
  return decided.kind === "run" ? carryOut(ports, decided) : decided;
}

/** What a decision is made with. */
type Decision = RefusalCounter & Pick<DecideOptions, "temporalRunId"> & { readonly knowledge: Knowledge };

/** An attempt instead of a step means that the action is to be run here and now. */
async function decide(ports: ActivityPorts, ref: InvocationRef, decision: Decision): Promise<Step | BegunAttempt> {
  const { knowledge, onStart, ...options } = decision;
  // Read before the transaction: inside one, only its own statements may be awaited.
  const inForce = await ports.policies.inForce(ref.tenant);
  return ports.store.transaction(async (tx) => {
    onStart();
    const row = requireRow(await tx.invocations.lock(ref));
    if (isClosed(row.status)) return closedStep(row);
    if (row.verdict !== null) return standingStep(ports, tx, row);
    if (row.cancel_at !== null) return closeCanceled(tx, row);
    if (!isUntouched(row)) return closeTouched(tx, row);
    await assertOwnVersion(ports, tx, row);
    const action = requireAction(ports, row.action);
    const deciding = { ports, tx, row, action, inForce, knowledge, options };
    const fault = knowledge.checkInput(action, row.input);
    return fault === undefined ? decideCall(deciding) : refuseInput(deciding, fault.message);
  });
}

/** Closes what was canceled before anything was decided. */
function closeCanceled(tx: TransactionTables, row: LockedInvocation): Promise<Step> {
  return closeRow(tx, row, {
    status: "canceled",
    error: canceledError(row),
  });
}

/** Closes what is not, to the byte, what the door accepted: nothing may be decided about it, let alone run. */
function closeTouched(tx: TransactionTables, row: LockedInvocation): Promise<Step> {
  return closeRow(tx, row, {
    status: "failed",
    error: createErrorView("digest_mismatch", "The input is not the one that was accepted"),
  });
}

/** The action's own schema has the last word on the input, refinements included. A refusal frees the key. */
function refuseInput({ tx, row, options }: Deciding, message: string): Promise<Step> {
  const error = createErrorView("invalid_input", message);
  options.onRefused(refuse("schema", "invalid_input", { message }));
  return closeRow(tx, row, {
    status: "denied",
    error,
    releaseKey: true,
    change: { decided_at: new Date(row.now), temporal_run_id: options.temporalRunId },
    events: [eventOf(row, "guard.refused", { guard: "schema", code: error.code, message: error.message })],
  });
}
