import { z } from "zod";

/** Once a stage has been open so long, further people may vote on it (`to`), and others only hear of it (`notify`). */
export const Escalation = z.object({
  afterMs: z.int().positive(),
  to: z.array(z.string()),
  notify: z.array(z.string()),
});
export type Escalation = z.infer<typeof Escalation>;

/**
 * One stage of an approval. Of its approvers any may vote: `user:`, `role:` or `group:` and a name, or `when:` and a CEL expression
 * over `approver` and `request`. `approve` and `deny` count distinct people; `decideByMs` is the stage's own limit.
 */
export const ApprovalStage = z.object({
  name: z.string().optional(),
  approvers: z.array(z.string()).min(1),
  approve: z.int().positive(),
  deny: z.int().positive(),
  decideByMs: z.int().positive().optional(),
  remindEveryMs: z.int().positive().optional(),
  escalate: z.array(Escalation).optional(),
});
export type ApprovalStage = z.infer<typeof ApprovalStage>;

/** Who besides may not vote: whoever asked (always), and whoever approved in an earlier stage. */
export const ApprovalExclusion = z.enum(["requester", "previous_stage"]);
export type ApprovalExclusion = z.infer<typeof ApprovalExclusion>;

/**
 * What it takes to approve a call, as a verdict's obligation; durations in milliseconds. The stages come one after the other;
 * `decideByMs` is for all of them together, `executeByMs` runs from the last vote. Every `reasonPattern` must be found in a reason.
 * `edit.allow` are JSON pointers of the input.
 */
export const ApprovalTerms = z.object({
  stages: z.array(ApprovalStage).min(1),
  decideByMs: z.int().positive(),
  executeByMs: z.int().positive().optional(),
  exclude: z.array(ApprovalExclusion),
  requireReason: z.union([z.boolean(), z.literal("on_reject")]),
  reasonPattern: z.array(z.string()).min(1).optional(),
  edit: z.object({ allow: z.array(z.string()).min(1) }).optional(),
  onDrift: z.enum(["ask_again", "deny"]),
});
export type ApprovalTerms = z.infer<typeof ApprovalTerms>;

/** Terms as `evaluate` shows them: those of a single stage stand beside `stages`, too, where all terms stood before there were stages. */
export const ShownApprovalTerms = ApprovalTerms.extend({
  approvers: z.array(z.string()).optional(),
  approve: z.int().positive().optional(),
  deny: z.int().positive().optional(),
  remindEveryMs: z.int().positive().optional(),
});
export type ShownApprovalTerms = z.infer<typeof ShownApprovalTerms>;

/** At most so many requests at once, and in any hour. */
export const FatigueLimit = z.object({ open: z.int().positive().optional(), perHour: z.int().positive().optional() });
export type FatigueLimit = z.infer<typeof FatigueLimit>;

/** How many requests for approval people take: of one requester, and to one name among the approvers. Absent is unlimited. */
export const FatigueLimits = z.object({ requester: FatigueLimit.optional(), group: FatigueLimit.optional() });
export type FatigueLimits = z.infer<typeof FatigueLimits>;
