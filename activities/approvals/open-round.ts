import type { Step } from "../../src/contract/run.ts";
import { openingProgress } from "../../src/core/approval/clocks.ts";
import type { ApprovalState } from "../../src/core/approval/state.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { statusTopic } from "../../src/core/topics.ts";
import { type Deciding, requestersOf } from "../deciding.ts";
import { eventOf } from "../event-of.ts";
import type { Writing } from "../record-verdict.ts";
import { waitStep } from "../steps.ts";

/** Puts a call to people: its first round, or a later one. */
export async function openRound(
  deciding: Deciding,
  { verdict, change, events }: Pick<Writing, "verdict" | "change" | "events">,
): Promise<Step> {
  const { tx, row, later } = deciding;
  const terms = verdict.obligations.approval;
  const [stage] = terms?.stages ?? [];
  if (terms === undefined || stage === undefined) throw new Error("A verdict that asks for approval has no terms");
  const state: ApprovalState = {
    round: row.round,
    digest: row.digest,
    requesters: requestersOf(deciding),
    terms,
    openedAtMs: row.now,
    decideByAtMs: row.now + terms.decideByMs,
    progress: openingProgress(row.now),
    counted: [],
    resolution: undefined,
  };
  await tx.invocations.update(row, { ...change, status: "pending" });
  await tx.approvals.open({
    ref: row,
    round: row.round,
    action: row.action,
    requesters: state.requesters,
    approvers: stage.approvers,
    terms: canonicalJson(terms),
    digest: row.digest,
    openedAt: new Date(row.now),
    decideBy: new Date(state.decideByAtMs),
    progress: canonicalJson(state.progress),
    because: later?.because,
  });
  const opened = eventOf(row, "approval.opened", {
    round: row.round,
    digest: row.digest,
    terms,
    decideBy: new Date(state.decideByAtMs).toISOString(),
    ...(later === undefined ? {} : { because: later.because }),
  });
  await tx.audit.append(row.tenant, [...events, opened]);
  tx.notify(statusTopic(row, "pending"));
  return waitStep({ ...row, verdict: canonicalJson(verdict) }, state, row.now);
}
