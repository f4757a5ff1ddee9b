import { z } from "zod";
import { ApprovalTerms, ShownApprovalTerms } from "./approval-terms.ts";

/** What a verdict makes of a call. */
export const Effect = z.enum(["allow", "deny", "require_approval", "sanitize"]);
export type Effect = z.infer<typeof Effect>;

/** How an input is changed before it is used, by JSON pointer (RFC 6901): `remove` and `mask` what is there, then `set`. */
export const SanitizeTerms = z.object({
  set: z.record(z.string(), z.unknown()).optional(),
  remove: z.array(z.string()).optional(),
  mask: z.array(z.string()).optional(),
});
export type SanitizeTerms = z.infer<typeof SanitizeTerms>;

/** So many calls in a sliding window, counted for each `scope` apart: `tenant`, `actor`, `run` or `input:` and a JSON pointer. */
export const RateLimit = z.object({
  limit: z.int().positive(),
  perMs: z.int().positive(),
  scope: z.array(z.string()).min(1),
  cost: z.union([z.int().positive(), z.string()]).optional(),
  key: z.string().optional(),
});
export type RateLimit = z.infer<typeof RateLimit>;

/** What a budget is counted in. */
export const BudgetUnit = z.enum(["usd", "tokens", "units"]);
export type BudgetUnit = z.infer<typeof BudgetUnit>;

/** Whose spending a budget's account holds: each lies within the one before it. `part` is a named share of a run's, or an actor's. */
export const BudgetScope = z.enum(["tenant", "actor", "run", "part"]);
export type BudgetScope = z.infer<typeof BudgetScope>;

/** What a model was used for, or is expected to be; `cachedInput` is the part of `input` that came from a cache. */
export const TokenUsage = z.strictObject({
  provider: z.string().min(1).max(200),
  model: z.string().min(1).max(200),
  input: z.int().nonnegative().max(1_000_000_000),
  cachedInput: z.int().nonnegative().max(1_000_000_000).optional(),
  output: z.int().nonnegative().max(1_000_000_000),
});
export type TokenUsage = z.infer<typeof TokenUsage>;

/**
 * So much of a unit, reserved at its estimate before the call. The estimate is a number, a JSON pointer into the input, or what
 * the tariff says of a planned usage; with neither, a function of the action tells it.
 */
export const BudgetLimit = z.object({
  name: z.string(),
  limit: z.number().positive(),
  unit: BudgetUnit,
  per: z.enum(["day", "month"]).optional(),
  scope: z.enum(["run", "actor", "tenant"]).optional(),
  estimate: z.union([z.number(), z.string()]).optional(),
  plan: TokenUsage.optional(),
  onExceed: z.literal("require_approval").optional(),
});
export type BudgetLimit = z.infer<typeof BudgetLimit>;

/** How a failed call of a dependency is classified. */
export const FailureKind = z.enum([
  "transport",
  "timeout",
  "overloaded",
  "throttled",
  "auth",
  "invalid",
  "not_found",
  "conflict",
  "unknown",
]);
export type FailureKind = z.infer<typeof FailureKind>;

/** After so many failures within the window, calls of a dependency are refused until it was left alone for a while. */
export const BreakerLimit = z.object({
  dependency: z.string(),
  failures: z.int().positive(),
  resetAfterMs: z.int().positive(),
  windowMs: z.int().positive(),
  countKinds: z.array(FailureKind),
  ignoreKinds: z.array(FailureKind),
});
export type BreakerLimit = z.infer<typeof BreakerLimit>;

/** A fact that another action must have proven in the session, for the value at `from` in the input. */
export const FactRequirement = z.object({ kind: z.string(), from: z.string(), hint: z.string().optional() });
export type FactRequirement = z.infer<typeof FactRequirement>;

/** How many facts a session may hold for an action that proves some, and what happens when it is full: no call, or no further fact. */
export const FactCapacity = z.object({ max: z.int().positive(), onFull: z.enum(["refuse", "truncate"]) });
export type FactCapacity = z.infer<typeof FactCapacity>;

/** Limits that a call must keep; all of them. Durations in milliseconds. */
export const LimitTerms = z.object({
  rate: z.array(RateLimit).optional(),
  attempts: z.object({ perRun: z.int().positive() }).optional(),
  budget: z.array(BudgetLimit).optional(),
  breaker: z.array(BreakerLimit).optional(),
  requires: z.array(FactRequirement).optional(),
  facts: FactCapacity.optional(),
  timeout: z.object({ attemptMs: z.int().positive().optional(), totalMs: z.int().positive().optional() }).optional(),
});
export type LimitTerms = z.infer<typeof LimitTerms>;

/** What a verdict obliges to besides its effect. `limits` come from every rule that matched, and from the documents. */
export const Obligations = z.object({
  approval: ApprovalTerms.optional(),
  sanitize: SanitizeTerms.optional(),
  limits: LimitTerms.optional(),
});
export type Obligations = z.infer<typeof Obligations>;

/** A rule that matched, deciding or not. */
export const MatchedRule = z.object({
  rule: z.string(),
  effect: Effect,
  priority: z.number(),
  // Present where nobody can tell before the call runs whether the rule matches; the effect is then the weakened one.
  uncertain: z.literal(true).optional(),
});
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

/** A verdict as `evaluate` answers it. */
export const EvaluatedVerdict = Verdict.extend({
  obligations: Obligations.extend({ approval: ShownApprovalTerms.optional() }),
});
export type EvaluatedVerdict = z.infer<typeof EvaluatedVerdict>;

/** Places of an input that policy changed, as JSON pointers; what stood or stands there is not told. */
export const SanitizedPlaces = z.object({
  set: z.array(z.string()),
  removed: z.array(z.string()),
  masked: z.array(z.string()),
});
export type SanitizedPlaces = z.infer<typeof SanitizedPlaces>;

/** A verdict with the policy version that gave it, as recorded with an invocation; of what it changed only the places. */
export const RecordedVerdict = Verdict.extend({
  obligations: Obligations.omit({ sanitize: true }),
  policyVersion: z.string(),
  sanitized: SanitizedPlaces.optional(),
  // People are asked since a budget is exceeded: policy itself asks nobody.
  exceeds: z.literal(true).optional(),
  // Grants that stand for the approval that policy asked for; the effect is then what it would have been without that question.
  granted: z.array(z.object({ grant: z.string(), by: z.string() })).optional(),
});
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

/** Whose document is meant: the caller's tenant's own, or the organisation's, which holds for every tenant besides its own. */
export const PolicyLayer = z.enum(["tenant", "organisation"]);
export type PolicyLayer = z.infer<typeof PolicyLayer>;

/** Query of `/v1/policy`; the tenant's document unless told. */
export const PolicyQuery = z.strictObject({ layer: PolicyLayer.optional() });
export type PolicyQuery = z.infer<typeof PolicyQuery>;

/** A published policy document. `warnings` come with its publication alone: what in it is allowed, and probably not meant. */
export const PolicyView = z.object({
  version: z.string(),
  source: z.enum(["file", "api"]),
  document: z.string(),
  digest: z.string(),
  publishedAt: z.string(),
  publishedBy: z.string().optional(),
  warnings: z.array(z.string()).optional(),
});
export type PolicyView = z.infer<typeof PolicyView>;
