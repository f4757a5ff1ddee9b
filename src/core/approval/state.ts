import type { Decision, Resolution } from "../../contract/approval.ts";
import type { ApprovalTerms } from "../../contract/approval-terms.ts";
import type { ErrorCode } from "../errors.ts";

/** A vote as the door kept it, with what was found out about it since. Times are instants by database time, in epoch milliseconds. */
export interface ReceivedVote {
  readonly id: string;
  readonly voter: string;
  readonly decision: Decision;
  readonly reason: string | undefined;
  /** Round, digest and stage that the voter saw; the stage counts from 0. */
  readonly round: number;
  readonly digest: string;
  readonly stage: number;
  /** When it was made at the door; its signal may come much later. */
  readonly madeAtMs: number;
  /** Whether its MAC holds: false for a row that no door wrote. */
  readonly authentic: boolean;
  /** The pointers that its edit changes; absent for a vote on the input as it is. */
  readonly edits?: readonly string[] | undefined;
  /** Why its edit or its grant can't be taken, found out by whoever knows the input; absent when it can. */
  readonly fault?: ErrorCode | undefined;
}

/** A person's standing vote in the open stage. */
export interface CountedVote {
  readonly id: string;
  readonly voter: string;
  readonly decision: Decision;
}

/** A stage that was approved. */
export interface ApprovedStage {
  /** Whose votes approved it. */
  readonly by: readonly string[];
  /** When its last vote was made, epoch milliseconds. */
  readonly atMs: number;
  /** When it was opened, epoch milliseconds: a vote that was made for it is judged by the approvers that it had. */
  readonly openedAtMs: number;
  /** How many of its escalations were fired, the earliest first. */
  readonly escalated: number;
  /** The votes that stood when it ended, for it and against it, in the order they were made. */
  readonly standing: readonly CountedVote[];
}

/** Where an approval stands in its stages and clocks; kept as JSON. */
export interface ApprovalProgress {
  /** The open stage, from 0. */
  readonly stage: number;
  /** When it was opened: by database time when the vote before it was judged, so that a late worker takes nobody's time. */
  readonly stageOpenedAtMs: number;
  /** The stages before it. */
  readonly done: readonly ApprovedStage[];
  /** Reminders of the open stage that are due no more: fired, or missed and made good by one. */
  readonly reminded: number;
  /** Escalations of the open stage that were fired, the earliest first. */
  readonly escalated: number;
}

/** What votes, clock or cancel made of the approval. Made once. */
export interface ResolvedApproval {
  readonly status: Resolution["status"];
  /** When what resolved it happened: the vote was made, the deadline passed, the cancel was asked for. */
  readonly atMs: number;
  /** Whoever's votes or cancel made it, of all stages for an approval; empty when the clock did. */
  readonly by: readonly string[];
  readonly reason: string | undefined;
  /** The instant after which an approved call may no longer begin. */
  readonly executeByAtMs: number | undefined;
}

/** One round of an approval, as data: everything the state machine needs to go on. */
export interface ApprovalState {
  readonly round: number;
  readonly digest: string;
  /** The actor, whoever called for it, and whoever edited the input: they can't vote. */
  readonly requesters: readonly string[];
  readonly terms: ApprovalTerms;
  readonly openedAtMs: number;
  /** The end of the whole, epoch milliseconds. */
  readonly decideByAtMs: number;
  readonly progress: ApprovalProgress;
  /** Standing votes of the open stage, one of each person, in the order they were made. */
  readonly counted: readonly CountedVote[];
  readonly resolution: ResolvedApproval | undefined;
}

/** A cancel that was asked for. `by` is absent for one made in the Temporal UI. */
export interface RequestedCancel {
  readonly atMs: number;
  readonly by: string | undefined;
  readonly reason: string | undefined;
}

/** Whether a person has, at present, one of these names among the approvers. */
export type IsApprover = (approvers: readonly string[], subject: string) => boolean;

/** What has happened since the approval was last looked at. */
export interface ApprovalEvents {
  /** In any order: they are judged in the order they were made. */
  readonly votes: readonly ReceivedVote[];
  readonly cancel: RequestedCancel | undefined;
  /** Database time, epoch milliseconds. */
  readonly nowMs: number;
  readonly isApprover: IsApprover;
}

/** One thing that a look at the approval made happen, in the order of the record. */
export type Happening =
  | { readonly kind: "counted"; readonly vote: string; readonly replaces: string | undefined }
  | { readonly kind: "refused"; readonly vote: string; readonly code: ErrorCode }
  /**
   * A vote that counted and counts no more: its voter is no approver any longer (`not_an_approver`), or a stage before the vote's own
   * was opened again (`already_resolved`).
   */
  | { readonly kind: "lapsed"; readonly vote: string; readonly voter: string; readonly code: ErrorCode }
  /** The next stage, or one before that lost somebody's vote. */
  | { readonly kind: "stage_opened"; readonly stage: number }
  /** Due at `atMs`; `missed` counts those before it that nobody fired in time. */
  | { readonly kind: "reminded"; readonly stage: number; readonly atMs: number; readonly missed: number }
  | { readonly kind: "escalated"; readonly stage: number; readonly index: number; readonly atMs: number }
  /** A counted vote asks for another input: this round ends with it, and nothing after it was judged but refused. */
  | { readonly kind: "edited"; readonly vote: string }
  | { readonly kind: "resolved" };

/** The next state and how it came about. */
export interface AdvancedApproval {
  readonly state: ApprovalState;
  readonly happenings: readonly Happening[];
}
