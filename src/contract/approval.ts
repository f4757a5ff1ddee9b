import { z } from "zod";
import { GrantRequest, GrantTerms } from "./grants.ts";
import { RemainingLimit } from "./guards.ts";
import { Risk } from "./manifest.ts";

/**
 * Where an approval stands. `pending` is open; `superseded` was withdrawn without a resolution, since the call that it asked about is not
 * asked about any more: policy decided the edited or changed call without people. Everything else is its one resolution.
 */
export const ApprovalStatus = z.enum(["pending", "approved", "rejected", "expired", "canceled", "superseded"]);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** An approver's answer. */
export const Decision = z.enum(["approve", "reject"]);
export type Decision = z.infer<typeof Decision>;

const Reason = z.string().max(2_000);

/** What an approver wants changed in the input before it is approved: JSON pointer → new value. Fields not named stay as they are. */
export const EditRequest = z.record(z.string().max(1_000), z.unknown());
export type EditRequest = z.infer<typeof EditRequest>;

/** Body of `POST /v1/approvals/{id}/votes`. An edit or a grant goes with `approve` only, and never both in one vote. */
export const VoteRequest = z.strictObject({
  decision: Decision,
  reason: Reason.optional(),
  digest: z.string().max(200).optional(),
  edit: EditRequest.optional(),
  grant: GrantRequest.optional(),
});
export type VoteRequest = z.infer<typeof VoteRequest>;

/** Body of the short forms `/approve` and `/reject`. */
export const ShortVoteRequest = VoteRequest.omit({ decision: true });
export type ShortVoteRequest = z.infer<typeof ShortVoteRequest>;

/** Body of `POST /v1/approvals/batch`. */
export const BatchVoteRequest = z.strictObject({
  votes: z
    .array(VoteRequest.extend({ id: z.string().max(200), idempotencyKey: z.string().max(255).optional() }))
    .min(1)
    .max(100),
});
export type BatchVoteRequest = z.infer<typeof BatchVoteRequest>;

/**
 * A vote as the record shows it. `received` means not judged yet; `replaced` that the same person voted anew; a refused one carries
 * its code. `edit` are the pointers that it changed; `unreadable` that it has an edit which the server can't read for want of its key.
 */
export const VoteView = z.object({
  id: z.string(),
  voter: z.string(),
  decision: Decision,
  stage: z.int(),
  reason: z.string().optional(),
  at: z.string(),
  state: z.enum(["received", "counted", "replaced", "refused"]),
  code: z.string().optional(),
  edit: z.array(z.string()).optional(),
  unreadable: z.literal(true).optional(),
  grant: GrantTerms.optional(),
});
export type VoteView = z.infer<typeof VoteView>;

/** What votes, clock or cancel made of an approval; made once. */
export const Resolution = z.object({
  status: ApprovalStatus.exclude(["pending", "superseded"]),
  at: z.string(),
  by: z.array(z.string()),
  reason: z.string().optional(),
  digest: z.string(),
  actionVersion: z.string(),
  policyVersion: z.string(),
});
export type Resolution = z.infer<typeof Resolution>;

/** One place at which two inputs differ, both redacted; `from` is absent where there was nothing, `to` where there is nothing any more. */
export const InputChange = z.object({ pointer: z.string(), from: z.unknown().optional(), to: z.unknown().optional() });
export type InputChange = z.infer<typeof InputChange>;

/** A later round of the input: who or what made it of the one before, when, and what it changed. */
export const RevisionView = z.object({
  round: z.int(),
  author: z.string(),
  at: z.string(),
  digest: z.string(),
  changes: z.array(InputChange),
});
export type RevisionView = z.infer<typeof RevisionView>;

/** One stage as it stands, with its instants: those of a stage that isn't open yet are unknown and absent. */
export const StageView = z.object({
  name: z.string().optional(),
  status: z.enum(["waiting", "open", "approved", "rejected", "ended"]),
  approvers: z.array(z.string()),
  thresholds: z.object({ approve: z.int(), deny: z.int() }),
  tally: z.object({ approve: z.int(), reject: z.int() }),
  by: z.array(z.string()),
  openedAt: z.string().optional(),
  decideBy: z.string().optional(),
  // The next reminder, and every escalation, past ones included.
  remindAt: z.string().optional(),
  escalations: z.array(
    z.object({ at: z.string().optional(), to: z.array(z.string()), notify: z.array(z.string()), done: z.boolean() }),
  ),
});
export type StageView = z.infer<typeof StageView>;

/** What will happen on yes, on no and on silence: words, and the instant where there is one. */
export const OutlookView = z.object({
  onApprove: z.object({ says: z.string(), at: z.string().optional() }),
  onReject: z.object({ says: z.string(), at: z.string().optional() }),
  onSilence: z.object({ says: z.string(), at: z.string().optional() }),
});
export type OutlookView = z.infer<typeof OutlookView>;

/** The newest earlier request of the same actor for the same action: how it ended, and what is different now. */
export const PreviousView = z.object({
  id: z.string(),
  status: ApprovalStatus,
  openedAt: z.string(),
  resolvedAt: z.string().optional(),
  by: z.array(z.string()),
  reason: z.string().optional(),
  changes: z.array(InputChange),
});
export type PreviousView = z.infer<typeof PreviousView>;

/**
 * Everything an approver needs on one look. `id` is the invocation's id; `approvers`, `thresholds` and `tally` are of the open stage;
 * `executeBy` is the latest instant until the resolution fixes it; `because` says why a later round was opened.
 */
export const ApprovalView = z.object({
  id: z.string(),
  tenant: z.string(),
  status: ApprovalStatus,
  action: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  actor: z.string(),
  via: z.string().optional(),
  run: z.string().optional(),
  reason: z.string().optional(),
  risk: Risk,
  input: z.unknown(),
  digest: z.string(),
  round: z.int(),
  because: z.string().optional(),
  rule: z.string().optional(),
  why: z.string(),
  policyVersion: z.string(),
  approvers: z.array(z.string()),
  thresholds: z.object({ approve: z.int(), deny: z.int() }),
  tally: z.object({ approve: z.int(), reject: z.int() }),
  stage: z.int(),
  stages: z.array(StageView),
  requireReason: z.union([z.boolean(), z.literal("on_reject")]),
  // All of them must be found in a reason; a plain text when there is one.
  reasonPattern: z.union([z.string(), z.array(z.string())]).optional(),
  editable: z.array(z.string()).optional(),
  openedAt: z.string(),
  decideBy: z.string(),
  executeBy: z.string().optional(),
  outlook: OutlookView.optional(),
  votes: z.array(VoteView),
  resolution: Resolution.optional(),
  // With one approval only, not in lists: what is left of the limits that the call counts in, its revisions, and the request before,
  // where the reader may see that one too; an answer to a vote leaves it out.
  remaining: z.array(RemainingLimit).optional(),
  revisions: z.array(RevisionView).optional(),
  previous: PreviousView.optional(),
  invocationStatus: z.string(),
  temporalUiUrl: z.string().optional(),
});
export type ApprovalView = z.infer<typeof ApprovalView>;

/** One vote's answer in a batch: `status` is the HTTP status that the vote alone would have got, with the approval or the problem. */
export const BatchVoteAnswer = z.object({
  id: z.string(),
  status: z.int(),
  approval: ApprovalView.optional(),
  error: z
    .object({ code: z.string(), message: z.string(), retryable: z.boolean(), details: z.unknown().optional() })
    .optional(),
});
export type BatchVoteAnswer = z.infer<typeof BatchVoteAnswer>;

/** Which approvals a list covers; `eligible=me` keeps those the caller may vote on. */
export const ApprovalFilter = z.strictObject({
  status: ApprovalStatus.optional(),
  action: z.string().max(200).optional(),
  eligible: z.enum(["me"]).optional(),
});
export type ApprovalFilter = z.infer<typeof ApprovalFilter>;
