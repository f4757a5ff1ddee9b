import { z } from "zod";
import { MAX_REPLAYED } from "./limits.ts";
import { Effect, EvaluateRequest, PolicyLayer } from "./policy.ts";

const When = z.iso.datetime({ offset: true });

/** Body of `POST /v1/policy/replay`: a proposed policy, as for `evaluate`, and which recorded invocations it is tried on. */
export const ReplayRequest = z.strictObject({
  policy: EvaluateRequest.shape.policy.unwrap(),
  // Whose document it would replace; the other layer's stays as it is in force.
  layer: PolicyLayer.optional(),
  defaultEffect: EvaluateRequest.shape.defaultEffect,
  after: When.optional(),
  before: When.optional(),
  action: z.string().max(200).optional(),
  limit: z.int().min(1).max(MAX_REPLAYED).default(MAX_REPLAYED),
});
export type ReplayRequest = z.input<typeof ReplayRequest>;

/** What one document, or one moment, makes of a call. `rule` is absent when no rule decided. */
const ReplayedVerdict = z.object({ effect: Effect, rule: z.string().optional() });

/** An invocation whose verdict would be another one, in effect or rule. Its input never appears. */
export const ReplayChange = z.object({
  id: z.string(),
  action: z.string(),
  actor: z.string(),
  createdAt: z.string(),
  from: ReplayedVerdict,
  // `uncertain`: nobody can tell before the call runs whether the rule matches.
  to: ReplayedVerdict.extend({ uncertain: z.literal(true).optional() }),
});
export type ReplayChange = z.infer<typeof ReplayChange>;

/** How many verdicts went from one effect to another; the same one twice: only the deciding rule changed. */
export const ReplayTransition = z.object({ from: Effect, to: Effect, count: z.int() });
export type ReplayTransition = z.infer<typeof ReplayTransition>;

/** What a proposed policy would have changed. */
export const ReplayAnswer = z.object({
  considered: z.int(),
  unchanged: z.int(),
  changed: z.int(),
  transitions: z.array(ReplayTransition),
  changes: z.array(ReplayChange),
  // Whether more changed than are listed.
  truncated: z.literal(true).optional(),
  // Whether the period holds more decided invocations than were considered.
  more: z.literal(true).optional(),
});
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;
