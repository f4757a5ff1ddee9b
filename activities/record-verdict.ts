import { randomUUID } from "node:crypto";
import type { ExecutionOptions } from "../src/contract/manifest.ts";
import type { RecordedVerdict } from "../src/contract/policy.ts";
import type { Step } from "../src/contract/run.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import type { AuditEntry } from "../src/store/audit.ts";
import type { InvocationChange } from "../src/store/invocations.ts";
import { openRound } from "./approvals/open-round.ts";
import { spendGrants } from "./approvals/use-grants.ts";
import { closeRow } from "./close-row.ts";
import type { Deciding } from "./deciding.ts";
import { createErrorView } from "./error-view.ts";
import { eventOf } from "./event-of.ts";
import { type BegunAttempt, startAttempt } from "./start-attempt.ts";
import { executeStep } from "./steps.ts";
import { hasStuckCalls } from "./stuck-calls.ts";

/** What guards did for a call that they let in. */
export interface Charged {
  /** Whether an allowed call's first attempt begins now. */
  readonly starts: boolean;
  /** Of the attempt, should it start now: a breaker's probe may have been taken with it. */
  readonly token: string;
  /** The action's times and counts, within what limits the call. */
  readonly execution: ExecutionOptions;
  /** Content of the column `guards`. */
  readonly guards: string;
  /** What was charged, for the record. */
  readonly reserved: Readonly<Record<string, unknown>> | undefined;
}

/** What is written with a verdict. */
export interface Writing {
  readonly verdict: RecordedVerdict;
  readonly change: InvocationChange;
  readonly events: readonly AuditEntry[];
  readonly token: string;
  readonly starts: boolean;
  readonly execution: ExecutionOptions;
}

/**
 * Whether an allowed call's first attempt begins in the decide transaction: where a second run does no harm.
 * An action that may run only once begins by itself, when it is about to run; one whose functions are stuck here, elsewhere or later.
 */
export function startsNow({ action, later }: Deciding, { effect }: RecordedVerdict): boolean {
  const { mode } = action.execution;
  // What was waiting goes on with the step that its run carries out next.
  if (effect === "require_approval" || later !== undefined) return false;
  return mode === "idempotent" || (mode === "inline" && !hasStuckCalls(action));
}

/** Records a verdict and what guards charged, and does what comes next. */
export function recordVerdict(
  deciding: Deciding,
  verdict: RecordedVerdict,
  charged?: Charged,
): Promise<Step | BegunAttempt> {
  const { row, options } = deciding;
  const change: InvocationChange = {
    verdict: canonicalJson(verdict),
    decided_at: new Date(row.now),
    temporal_run_id: options.temporalRunId,
    ...(charged === undefined ? {} : { guards: charged.guards }),
  };
  const decided = decidedEvent(deciding, verdict);
  const reserved = charged?.reserved === undefined ? [] : [eventOf(row, "guard.reserved", { ...charged.reserved })];
  const writing = {
    ...{ verdict, change, events: [...(deciding.later?.events ?? []), decided, ...reserved] },
    token: charged?.token ?? randomUUID(),
    starts: charged?.starts ?? startsNow(deciding, verdict),
    execution: charged?.execution ?? deciding.action.execution,
  };
  switch (verdict.effect) {
    case "allow":
    case "sanitize":
      return allow(deciding, writing);
    case "require_approval":
      return openRound(deciding, writing);
    case "deny":
      return deny(deciding, writing);
  }
}

/** What was decided of which input; of a later round also what makes it another one. */
function decidedEvent(
  { row, later, changes = [] }: Deciding,
  verdict: RecordedVerdict,
  more: Readonly<Record<string, unknown>> = {},
): AuditEntry {
  const revised = later === undefined ? {} : { because: later.because, changes };
  const data = { ...verdict, round: row.round, digest: row.digest, ...revised, ...more };
  return eventOf(row, "invocation.decided", data);
}

/** Closes what can't be approved by anybody; a denial like one by policy. */
export function recordUnsatisfiable(deciding: Deciding, verdict: RecordedVerdict, shortage: string): Promise<Step> {
  const { tx, row, options, later } = deciding;
  const decided = decidedEvent(deciding, verdict, { shortage });
  return closeRow(tx, row, {
    status: "denied",
    error: createErrorView("unsatisfiable_approval", shortage),
    change: {
      verdict: canonicalJson(verdict),
      decided_at: new Date(row.now),
      temporal_run_id: options.temporalRunId,
    },
    events: [...(later?.events ?? []), decided],
  });
}

function deny({ tx, row }: Deciding, { verdict, change, events }: Writing): Promise<Step> {
  return closeRow(tx, row, {
    status: "denied",
    error: createErrorView("action_denied", verdict.reason),
    change,
    events,
  });
}

/** Records the allow, and begins the first attempt in the same transaction where that may be. */
async function allow(deciding: Deciding, writing: Writing): Promise<Step | BegunAttempt> {
  const { verdict, change, token, starts, execution } = writing;
  const { tx, row, action } = deciding;
  const { identity } = deciding.ports;
  const events = [...writing.events, ...(await spendGrants(tx, row, verdict))];
  const step = executeStep(row, action, { by: [], execution });
  if (!starts) {
    await tx.invocations.update(row, change);
    await tx.audit.append(row.tenant, events);
    return step;
  }
  const begun = await startAttempt(tx, { row, action, execution, identity, token, change, events });
  return action.execution.mode === "inline" ? begun : step;
}
