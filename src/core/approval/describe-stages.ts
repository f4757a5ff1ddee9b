import type { ApprovalStage, Escalation } from "../../contract/approval-terms.ts";
import { approversWith } from "./approvers.ts";
import { clocksOf, nextReminderAtMs } from "./clocks.ts";
import { type Tally, tallyVotes, votersWho } from "./count-votes.ts";
import type { StageClocks } from "./stage-clocks.ts";
import type { ApprovalState } from "./state.ts";

/** An escalation as it stands. */
export interface DescribedEscalation extends Pick<Escalation, "to" | "notify"> {
  /** When it was or will be due, epoch milliseconds; absent while its stage isn't open yet, and for one that never comes. */
  readonly atMs: number | undefined;
  readonly done: boolean;
}

/** One stage as it stands, with the instants that are known of it; all in epoch milliseconds. */
export interface DescribedStage {
  readonly name: string | undefined;
  /** `ended` is one that was open, or still to come, when the approval ended otherwise. */
  readonly status: "waiting" | "open" | "approved" | "rejected" | "ended";
  /** Those of the terms, and of the escalations that were fired. */
  readonly approvers: readonly string[];
  readonly thresholds: { readonly approve: number; readonly deny: number };
  readonly tally: Tally;
  /** Whose votes ended it: for an approved stage who stood for it, for a rejected one who stood against it. */
  readonly by: readonly string[];
  readonly openedAtMs: number | undefined;
  readonly deadlineAtMs: number | undefined;
  /** The next reminder. */
  readonly remindAtMs: number | undefined;
  /** All of them in the order of the terms. */
  readonly escalations: readonly DescribedEscalation[];
}

/** What of a stage depends on how far the approval has come. */
type StageStanding = Omit<DescribedStage, "name" | "thresholds">;

/** Every stage of a round as it stands, in order. */
export function describeStages(state: ApprovalState): DescribedStage[] {
  return state.terms.stages.map((stage, index) => ({
    name: stage.name,
    thresholds: { approve: stage.approve, deny: stage.deny },
    ...describeStanding(state, stage, index),
  }));
}

function describeStanding(state: ApprovalState, stage: ApprovalStage, index: number): StageStanding {
  const done = state.progress.done[index];
  if (done === undefined)
    return index === state.progress.stage ? describeOpen(state, stage) : describeWaiting(state, stage);
  const clocks = clocksOf(state, index);
  return {
    ...describeBegun(stage, clocks, done.escalated),
    status: "approved",
    tally: tallyVotes(done.standing),
    by: done.by,
    remindAtMs: undefined,
    escalations: describeEscalations(stage, clocks.escalations.slice(0, done.escalated), done.escalated),
  };
}

function describeOpen(state: ApprovalState, stage: ApprovalStage): StageStanding {
  const { counted, progress, resolution } = state;
  const clocks = clocksOf(state, progress.stage);
  const isOpen = resolution === undefined;
  const coming = isOpen ? clocks.escalations : clocks.escalations.slice(0, progress.escalated);
  return {
    ...describeBegun(stage, clocks, progress.escalated),
    status: endOf(state),
    tally: tallyVotes(counted),
    by: decidersOf(state),
    remindAtMs: isOpen ? nextReminderAtMs(state) : undefined,
    escalations: describeEscalations(stage, coming, progress.escalated),
  };
}

function describeWaiting({ resolution }: ApprovalState, stage: ApprovalStage): StageStanding {
  return {
    status: resolution === undefined ? "waiting" : "ended",
    approvers: stage.approvers,
    tally: { approve: 0, reject: 0 },
    by: [],
    openedAtMs: undefined,
    deadlineAtMs: undefined,
    remindAtMs: undefined,
    escalations: describeEscalations(stage, [], 0),
  };
}

function describeBegun(
  stage: ApprovalStage,
  { openedAtMs, deadlineAtMs, escalations }: StageClocks,
  escalated: number,
): Pick<DescribedStage, "approvers" | "openedAtMs" | "deadlineAtMs"> {
  return { approvers: approversWith(stage, escalations.slice(0, escalated)), openedAtMs, deadlineAtMs };
}

/** @param coming those with an instant to show, the earliest first; the first `escalated` of them were fired */
function describeEscalations(
  { escalate = [] }: ApprovalStage,
  coming: StageClocks["escalations"],
  escalated: number,
): DescribedEscalation[] {
  return escalate.map(({ to, notify }, index) => {
    const place = coming.findIndex((escalation) => escalation.index === index);
    return { atMs: coming[place]?.atMs, to, notify, done: place >= 0 && place < escalated };
  });
}

function endOf({ resolution }: ApprovalState): DescribedStage["status"] {
  switch (resolution?.status) {
    case undefined:
      return "open";
    case "approved":
    case "rejected":
      return resolution.status;
    case "expired":
    case "canceled":
      return "ended";
  }
}

function decidersOf({ counted, resolution }: ApprovalState): string[] {
  if (resolution?.status === "approved") return votersWho("approve", counted);
  return resolution?.status === "rejected" ? votersWho("reject", counted) : [];
}
