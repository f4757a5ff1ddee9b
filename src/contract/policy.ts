import { z } from "zod";

/** What a verdict makes of a call. */
export const Effect = z.enum(["allow", "deny", "require_approval", "sanitize"]);
export type Effect = z.infer<typeof Effect>;

/** Who may approve and until when, as a verdict's obligation; durations in milliseconds. */
export const ApprovalTerms = z.object({
  approvers: z.array(z.string()).min(1),
  approve: z.int().positive(),
  deny: z.int().positive(),
  decideByMs: z.int().positive(),
  executeByMs: z.int().positive().optional(),
  requireReason: z.boolean(),
});
export type ApprovalTerms = z.infer<typeof ApprovalTerms>;

/** What a verdict obliges to besides its effect. */
export const Obligations = z.object({ approval: ApprovalTerms.optional() });
export type Obligations = z.infer<typeof Obligations>;

/** A rule that matched, deciding or not. */
export const MatchedRule = z.object({ rule: z.string(), effect: Effect, priority: z.number() });
export type MatchedRule = z.infer<typeof MatchedRule>;

/** The policy's answer for one call. `rule` is absent when the default decided. */
export const Verdict = z.object({
  effect: Effect,
  rule: z.string().optional(),
  reason: z.string(),
  matched: z.array(MatchedRule),
  shadow: z.array(MatchedRule),
  obligations: Obligations,
  defaulted: z.boolean(),
});
export type Verdict = z.infer<typeof Verdict>;

/** A verdict with the policy version that gave it, as recorded with an invocation. */
export const RecordedVerdict = Verdict.extend({ policyVersion: z.string() });
export type RecordedVerdict = z.infer<typeof RecordedVerdict>;

/** The part of a verdict that an invocation's view shows. */
export const VerdictView = RecordedVerdict.pick({ effect: true, rule: true, reason: true, policyVersion: true });
export type VerdictView = z.infer<typeof VerdictView>;

/** Body of `POST /v1/policy/evaluate`. `action` is any string, `input` any JSON. */
export const EvaluateRequest = z.strictObject({
  action: z.string().max(1_000),
  input: z.unknown(),
  actor: z
    .strictObject({
      subject: z.string().optional(),
      kind: z.enum(["user", "agent", "service"]).optional(),
      roles: z.array(z.string()).optional(),
      groups: z.array(z.string()).optional(),
      scopes: z.array(z.string()).optional(),
    })
    .optional(),
  session: z.unknown().optional(),
  policy: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  defaultEffect: z.enum(["allow", "deny", "require_approval"]).optional(),
  explain: z.boolean().optional(),
});
export type EvaluateRequest = z.infer<typeof EvaluateRequest>;

/** A published policy document. */
export const PolicyView = z.object({
  version: z.string(),
  source: z.enum(["file", "api"]),
  document: z.string(),
  digest: z.string(),
  publishedAt: z.string(),
  publishedBy: z.string().optional(),
});
export type PolicyView = z.infer<typeof PolicyView>;
