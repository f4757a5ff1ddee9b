import { z } from "zod";
import { RemainingLimit } from "./guards.ts";
import { Risk } from "./manifest.ts";

/** Where an approval stands; everything but `pending` is its one resolution. */
export const ApprovalStatus = z.enum(["pending", "approved", "rejected", "expired", "canceled"]);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** An approver's answer. */
export const Decision = z.enum(["approve", "reject"]);
export type Decision = z.infer<typeof Decision>;

const Reason = z.string().max(2_000);

/** Body of `POST /v1/approvals/{id}/votes`. */
export const VoteRequest = z.strictObject({
  decision: Decision,
  reason: Reason.optional(),
  digest: z.string().max(200).optional(),
});
export type VoteRequest = z.infer<typeof VoteRequest>;

/** Body of the short forms `/approve` and `/reject`. */
export const ShortVoteRequest = VoteRequest.omit({ decision: true });
export type ShortVoteRequest = z.infer<typeof ShortVoteRequest>;

/** A vote as the record shows it. `received` means not judged yet; a refused one carries its code. */
export const VoteView = z.object({
  id: z.string(),
  voter: z.string(),
  decision: Decision,
  reason: z.string().optional(),
  at: z.string(),
  state: z.enum(["received", "counted", "refused"]),
  code: z.string().optional(),
});
export type VoteView = z.infer<typeof VoteView>;

/** What votes, clock or cancel made of an approval; made once. */
export const Resolution = z.object({
  status: ApprovalStatus.exclude(["pending"]),
  at: z.string(),
  by: z.array(z.string()),
  reason: z.string().optional(),
  digest: z.string(),
  actionVersion: z.string(),
  policyVersion: z.string(),
});
export type Resolution = z.infer<typeof Resolution>;

/** Everything an approver needs on one look. `id` is the invocation's id; `executeBy` is the latest instant until the resolution fixes it. */
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
  rule: z.string().optional(),
  why: z.string(),
  policyVersion: z.string(),
  approvers: z.array(z.string()),
  thresholds: z.object({ approve: z.int(), deny: z.int() }),
  tally: z.object({ approve: z.int(), reject: z.int() }),
  requireReason: z.boolean(),
  openedAt: z.string(),
  decideBy: z.string(),
  executeBy: z.string().optional(),
  votes: z.array(VoteView),
  resolution: Resolution.optional(),
  // What is left of the limits that the call counts in; with one approval only, not in lists.
  remaining: z.array(RemainingLimit).optional(),
  invocationStatus: z.string(),
  temporalUiUrl: z.string().optional(),
});
export type ApprovalView = z.infer<typeof ApprovalView>;

/** Which approvals a list covers; `eligible=me` keeps those the caller may vote on. */
export const ApprovalFilter = z.strictObject({
  status: ApprovalStatus.optional(),
  action: z.string().max(200).optional(),
  eligible: z.enum(["me"]).optional(),
});
export type ApprovalFilter = z.infer<typeof ApprovalFilter>;
