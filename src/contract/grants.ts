import { z } from "zod";

/** Whom a grant is for: the actor of the approved call, or only its calls of the same run. */
export const GrantScope = z.enum(["actor", "run"]);
export type GrantScope = z.infer<typeof GrantScope>;

/** What is asked of values of later inputs, by JSON pointer, with the comparators of policy's `args`. */
export const GrantBounds = z.record(z.string().max(1_000), z.record(z.string().max(20), z.unknown()));
export type GrantBounds = z.infer<typeof GrantBounds>;

/** A grant as an approving vote asks for it. `expiresIn` is a duration such as `1h`; fields without a bound must be equal. */
export const GrantRequest = z.strictObject({
  uses: z.int().min(1).max(10_000),
  expiresIn: z.string().max(20),
  scope: GrantScope.optional(),
  bounds: GrantBounds.optional(),
});
export type GrantRequest = z.infer<typeof GrantRequest>;

/** A grant's terms as a vote keeps them and its MAC covers them; the time runs from the resolution. */
export const GrantTerms = z.object({
  uses: z.int().positive(),
  expiresInMs: z.int().positive(),
  scope: GrantScope,
  bounds: GrantBounds,
});
export type GrantTerms = z.infer<typeof GrantTerms>;

/** Where a grant stands. `void` means that the action or the policy has another version by now. */
export const GrantStatus = z.enum(["active", "used_up", "expired", "revoked", "void"]);
export type GrantStatus = z.infer<typeof GrantStatus>;

/** A grant as the doors show it; `invocation` is the approved call that it came from, `input` that call's redacted input. */
export const GrantView = z.object({
  id: z.string(),
  tenant: z.string(),
  status: GrantStatus,
  action: z.string(),
  actionVersion: z.string(),
  policyVersion: z.string(),
  actor: z.string(),
  scope: GrantScope,
  run: z.string().optional(),
  issuedBy: z.string(),
  invocation: z.string(),
  input: z.unknown(),
  bounds: GrantBounds,
  uses: z.int(),
  used: z.int(),
  issuedAt: z.string(),
  expiresAt: z.string(),
  revokedAt: z.string().optional(),
  revokedBy: z.string().optional(),
});
export type GrantView = z.infer<typeof GrantView>;

/** Which grants a list covers. */
export const GrantFilter = z.strictObject({
  action: z.string().max(200).optional(),
  actor: z.string().max(200).optional(),
  issuedBy: z.string().max(200).optional(),
});
export type GrantFilter = z.infer<typeof GrantFilter>;
