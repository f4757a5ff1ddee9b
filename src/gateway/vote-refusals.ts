import type { ApprovalTerms } from "../contract/approval-terms.ts";
import { isEditable } from "../core/approval/refuse-vote.ts";
import { shownPlaces } from "../core/approval/shown-places.ts";
import type { ReceivedVote } from "../core/approval/state.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Redact } from "./ports.ts";
import { viewReasonPattern } from "./reason-patterns.ts";

/** Why a vote doesn't count, for whoever cast it. */
export interface VoteRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** What a program needs to do better: the pattern of a reason, the places that may be edited, faults by their place. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  self_approval: "Whoever asked for a call, or edited its input, can't vote on it",
  not_an_approver: "The approval's terms don't name the voter",
  already_resolved: "The approval has its resolution already",
  approval_expired: "The approval's time to decide has passed",
  digest_mismatch: "The vote speaks of another digest than the one being decided",
  invalid_input: "The action would not take the input that the edit makes",
};

/** Refusals that say nothing of the approval: whoever gets one has no part in it. */
const CLOSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["not_an_approver", "self_approval"]);

/** Whether the refusal is answered with the approval as it stands. */
export function showsApproval({ code }: Pick<VoteRefusal, "code">): boolean {
  return !CLOSED.has(code);
}

/** What a code means for a vote that the run refused after the door had kept it. */
export function describeCode(code: ErrorCode): VoteRefusal {
  return { code, message: MESSAGES[code] ?? "The vote does not count" };
}

/** What a vote is held against, and how what it says may be repeated. */
export interface RefusalGrounds {
  readonly terms: ApprovalTerms;
  readonly redact: Redact;
}

/** What a code means for a vote that the door holds against the terms. */
export function describeRefusal(code: ErrorCode, vote: ReceivedVote, { terms, redact }: RefusalGrounds): VoteRefusal {
  if (code === "invalid_request") return describeReason(terms, vote);
  if (code !== "forbidden") return describeCode(code);
  const refused = (vote.edits ?? []).filter((pointer) => !isEditable(terms, pointer));
  const misplaced = shownPlaces(redact, refused);
  const message = `The approval's terms don't let approvers change ${misplaced.join(", ")}`;
  return { code, message, details: { misplaced, editable: terms.edit?.allow ?? [] } };
}

/** The one thing about a vote's own words that terms ask for. */
function describeReason(terms: ApprovalTerms, { reason = "" }: ReceivedVote): VoteRefusal {
  const code = "invalid_request";
  const { requireReason } = terms;
  const reasonPattern = viewReasonPattern(terms);
  const details = { requireReason, ...(reasonPattern === undefined ? {} : { reasonPattern }) };
  if (reason.trim() !== "") return { code, message: "The reason is not of the form that the terms ask for", details };
  const every = requireReason === "on_reject" ? "rejection" : "vote";
  return { code, message: `The approval's terms ask for a reason with every ${every}`, details };
}
