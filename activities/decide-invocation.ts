import type { InvocationRef } from "../src/contract/ids.ts";
import type { RecordedVerdict } from "../src/contract/policy.ts";
import type { Step } from "../src/contract/run.ts";
import { approvalStateOf } from "../src/core/approval/read-approval.ts";
import { type GuardRefusal, refuse } from "../src/core/guards/refusal.ts";
import { isClosed } from "../src/core/invocation.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { applyLimits } from "./apply-limits.ts";
import { checkInput, type InputFault } from "./check-input.ts";
import { closeRow } from "./close-row.ts";
import type { DecideOptions, Deciding } from "./deciding.ts";
import { eventOf } from "./event-of.ts";
import { canceledError, createErrorView } from "./error-view.ts";
import { carryOut } from "./execute-action.ts";
import { denied, judgeCall } from "./judge-call.ts";
import { isUntouched } from "./mandate.ts";
import { requireAction, requireRow } from "./require.ts";
import { changeInput, reviseInput } from "./revise-input.ts";
import type { BegunAttempt } from "./start-attempt.ts";
import type { ActivityPorts } from "./ports.ts";
import { closedStep, executeStep, releaseOf, waitStep } from "./steps.ts";

/** The input's schema waits for something, which a transaction must not. */
interface InputCheck {
  readonly kind: "check";
  readonly input: string;
  readonly checked: Promise<InputFault>;
}

/**
 * Decides an invocation in one transaction and records the verdict, or returns what was decided before:
 * a local activity may run twice, the second time it finds its row. An inline action that is allowed is executed right away.
 */
export async function decideInvocation(
  ports: ActivityPorts,
  ref: InvocationRef,
  { temporalRunId }: { readonly temporalRunId: string },
): Promise<Step> {
  const checked = new Map<string, InputFault>();
  for (;;) {
    const refusals: GuardRefusal[] = [];
    const onRefused = (refusal: GuardRefusal): void => void refusals.push(refusal);
    // A transaction that lost against another is run again, and only its last run counts.
    const onStart = (): void => void (refusals.length = 0);
    const decided = await decide(ports, ref, { temporalRunId, checked, onStart, onRefused });
    for (const refusal of refusals) ports.metrics?.refused(refusal);
    if (decided.kind === "run") return carryOut(ports, decided);
    if (decided.kind !== "check") return decided;
    checked.set(decided.input, await decided.checked);
  }
}

/** An attempt instead of a step means that the action is to be run here and now. */
async function decide(
  ports: ActivityPorts,
  ref: InvocationRef,
  options: DecideOptions,
): Promise<Step | BegunAttempt | InputCheck> {
  // Read before the transaction: inside one, only its own statements may be awaited.
  const inForce = await ports.policies.inForce(ref.tenant);
  return ports.store.transaction(async (tx) => {
    options.onStart();
    const row = requireRow(await tx.invocations.lock(ref));
    if (isClosed(row.status)) return closedStep(row);
    if (row.verdict !== null) return standingStep(ports, tx, row);
    if (row.cancel_at !== null) return closeCanceled(tx, row);
    if (!isUntouched(row)) return closeTouched(tx, row);
    const deciding = { ports, tx, row, action: requireAction(ports, row.action), inForce, options };
    const fault = check(deciding, row.input);
    if (fault instanceof Promise) return { kind: "check", input: row.input, checked: fault };
    return fault === undefined ? decideByPolicy(deciding) : refuseInput(deciding, fault.message);
  });
}

/** What the action's schema says of an input, now or later. */
function check({ action, options }: Deciding, input: string): InputFault | Promise<InputFault> {
  return options.checked.has(input) ? options.checked.get(input) : checkInput(action, input);
}

/** Records what policy says; where it wants the input changed, of the changed one. */
async function decideByPolicy(deciding: Deciding): Promise<Step | BegunAttempt | InputCheck> {
  const { ports, row, action, inForce } = deciding;
  const { verdict, terms } = judgeCall(row, action, inForce);
  if (terms === undefined) return applyLimits(deciding, verdict);
  const change = changeInput(row.input, terms);
  if ("fault" in change) return denyChange(deciding, verdict, change.fault);
  const fault = check(deciding, change.input);
  if (fault instanceof Promise) return { kind: "check", input: change.input, checked: fault };
  if (fault !== undefined) return denyChange(deciding, verdict, fault);
  const revised = await reviseInput(ports, deciding, { input: change.input, policyVersion: verdict.policyVersion });
  return applyLimits({ ...deciding, row: revised }, { ...verdict, sanitized: change.changed });
}

/** An input that can't be changed as policy wants it, or that its action wouldn't take then, must not run as it was sent. */
function denyChange(
  deciding: Deciding,
  verdict: RecordedVerdict,
  { message }: { readonly message: string },
): Promise<Step | BegunAttempt> {
  return applyLimits(deciding, denied(verdict, `Policy wants the input changed, and then: ${message}`));
}

/** The step that the recorded verdict leads to. */
async function standingStep(ports: ActivityPorts, tx: TransactionTables, row: LockedInvocation): Promise<Step> {
  const action = requireAction(ports, row.action);
  const ref = { tenant: row.tenant, id: row.id };
  const locked = await tx.approvals.lock(ref);
  if (locked === undefined) return executeStep(row, action, { by: [] });
  const votes = await tx.votes.listOfRound(ref, locked.approval.round);
  const state = approvalStateOf(locked.approval, votes);
  return state.resolution === undefined
    ? waitStep(row, state, locked.nowMs)
    : executeStep(row, action, releaseOf(state.resolution, locked.nowMs));
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
