import { z } from "zod";
import { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT, MAX_WAIT_MS } from "./limits.ts";
import { VerdictView } from "./policy.ts";
import { Name } from "./principal.ts";

/** Where an invocation stands. `accepted`, `pending` and `executing` are open, the rest are closed. */
export const InvocationStatus = z.enum([
  "accepted",
  "pending",
  "executing",
  "executed",
  "failed",
  "uncertain",
  "denied",
  "rejected",
  "expired",
  "canceled",
]);
export type InvocationStatus = z.infer<typeof InvocationStatus>;

/** A session: a string is short for its id. */
export const Session = z.union([
  z.string().min(1).max(200),
  z.strictObject({ id: z.string().min(1).max(200), scope: z.string().min(1).max(200).optional() }),
]);
export type Session = z.infer<typeof Session>;

/** Body of `POST /v1/actions/{name}/invocations`. */
export const InvokeRequest = z.strictObject({
  input: z.unknown(),
  reason: z.string().max(2_000).optional(),
  run: z.string().min(1).max(200).optional(),
  session: Session.optional(),
  onBehalfOf: Name.optional(),
  waitMs: z.int().min(0).max(MAX_WAIT_MS).optional(),
});
export type InvokeRequest = z.infer<typeof InvokeRequest>;

/** Why an invocation isn't executed, or that a wait for it ended. */
export const ErrorView = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  // Of a guard's refusal: when the call may pass, and the numbers behind it (extension members of the problem). Never a caller's value.
  retryAfterMs: z.int().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorView = z.infer<typeof ErrorView>;

/** What an invocation's view says of its approval. */
export const ApprovalSummary = z.object({
  status: z.enum(["pending", "approved", "rejected", "expired", "canceled"]),
  approvers: z.array(z.string()),
  decideBy: z.string(),
  executeBy: z.string().optional(),
  resolvedAt: z.string().optional(),
});
export type ApprovalSummary = z.infer<typeof ApprovalSummary>;

/** An invocation as every door shows it: input and output redacted, times RFC 3339 in UTC. */
export const InvocationView = z.object({
  id: z.string(),
  tenant: z.string(),
  action: z.string(),
  actionVersion: z.string(),
  actor: z.string(),
  via: z.string().optional(),
  run: z.string().optional(),
  session: Session.optional(),
  reason: z.string().optional(),
  status: InvocationStatus,
  verdict: VerdictView.optional(),
  input: z.unknown(),
  digest: z.string(),
  idempotencyKey: z.string().optional(),
  retryOf: z.string().optional(),
  // The executed invocation that this call undoes.
  compensates: z.string().optional(),
  // While it is open: since when no worker was seen that could carry it on.
  noWorkerSince: z.string().optional(),
  approval: ApprovalSummary.optional(),
  output: z.unknown().optional(),
  error: ErrorView.optional(),
  attempts: z.int(),
  createdAt: z.string(),
  decidedAt: z.string().optional(),
  executedAt: z.string().optional(),
  closedAt: z.string().optional(),
  // When its input and output were erased: they are then `null`.
  erasedAt: z.string().optional(),
  replayed: z.boolean().optional(),
  temporalUiUrl: z.string().optional(),
});
export type InvocationView = z.infer<typeof InvocationView>;

/** Paging of every list: `limit` rows from `cursor`, newest first. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_LIMIT).default(DEFAULT_PAGE_LIMIT),
  cursor: z.string().max(500).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

const When = z.iso.datetime({ offset: true });

/** Which invocations a list or a count covers. */
export const InvocationFilter = z.strictObject({
  status: InvocationStatus.optional(),
  action: z.string().max(200).optional(),
  actor: z.string().max(200).optional(),
  run: z.string().max(200).optional(),
  idempotencyKey: z.string().max(255).optional(),
  createdAfter: When.optional(),
  createdBefore: When.optional(),
});
export type InvocationFilter = z.infer<typeof InvocationFilter>;

/** Counts of invocations, in total and per status. */
export const InvocationStats = z.object({ total: z.int(), byStatus: z.record(InvocationStatus, z.int()) });
export type InvocationStats = z.infer<typeof InvocationStats>;

/** Body of `POST /v1/invocations/{id}/cancel`. */
export const CancelRequest = z.strictObject({ reason: z.string().max(2_000).optional() });
export type CancelRequest = z.infer<typeof CancelRequest>;

/** Body of `POST /v1/invocations/{id}/retry`: without a reason the first call's stands. */
export const RetryRequest = z.strictObject({
  reason: z.string().max(2_000).optional(),
  waitMs: z.int().min(0).max(MAX_WAIT_MS).optional(),
});
export type RetryRequest = z.infer<typeof RetryRequest>;

const ReconcileNote = z.string().min(1).max(2_000);

/** What a person found out about an uncertain outcome. */
export const ReconcileFinding = z.strictObject({
  outcome: z.enum(["executed", "failed"]),
  output: z.unknown().optional(),
  note: ReconcileNote,
});
export type ReconcileFinding = z.infer<typeof ReconcileFinding>;

/** Body of `POST /v1/invocations/{id}/reconcile`: what a person found out about an uncertain outcome, or that the action's probe shall say. */
export const ReconcileRequest = z.union([
  ReconcileFinding,
  z.strictObject({ probe: z.literal(true), note: ReconcileNote }),
]);
export type ReconcileRequest = z.infer<typeof ReconcileRequest>;
