import { z } from "zod";

/** What an audit event records. Wire names: added, never renamed. */
export const AuditType = z.enum([
  "invocation.requested",
  "invocation.decided",
  "invocation.canceled",
  "invocation.closed",
  "invocation.reconciled",
  "invocation.retried",
  "invocation.erased",
  "approval.opened",
  "approval.vote_recorded",
  "approval.vote_refused",
  "approval.stage_opened",
  "approval.reminded",
  "approval.escalated",
  "approval.resolved",
  "execution.started",
  "execution.finished",
  "guard.refused",
  "guard.reserved",
  "guard.settled",
  "guard.reset",
  "grant.issued",
  "grant.used",
  "grant.revoked",
  "run.started",
  "run.ended",
  "run.compensated",
  "policy.published",
  "key.created",
  "key.revoked",
  "principal.changed",
  "webhook.created",
  "webhook.changed",
  "webhook.deleted",
  "webhook.replayed",
  "door.refused",
]);
export type AuditType = z.infer<typeof AuditType>;

/** One appended, hash-chained record: `hash` is the SHA-256 of `prevHash` and the canonical JSON of the rest. */
export const AuditEvent = z.object({
  seq: z.int(),
  type: AuditType,
  at: z.string(),
  tenant: z.string(),
  principal: z.string().optional(),
  actor: z.string().optional(),
  invocation: z.string().optional(),
  action: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
  // When its content was erased: `data` is then empty and `hash` can't be recomputed, while the chain still leads through it.
  erasedAt: z.string().optional(),
  prevHash: z.string(),
  hash: z.string(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

const When = z.iso.datetime({ offset: true });

/** Which events a list covers. */
export const AuditFilter = z.strictObject({
  action: z.string().max(200).optional(),
  actor: z.string().max(200).optional(),
  approver: z.string().max(200).optional(),
  invocation: z.string().max(200).optional(),
  type: AuditType.optional(),
  idempotencyKey: z.string().max(255).optional(),
  after: When.optional(),
  before: When.optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;
