import { z } from "zod";
import { AuditType } from "./audit.ts";
import { MAX_WEBHOOK_URL_LENGTH } from "./limits.ts";

const Url = z.string().min(1).max(MAX_WEBHOOK_URL_LENGTH);
/** Types of events; none means all. */
const Types = z.array(AuditType).max(AuditType.options.length);
const Description = z.string().max(200);

/** Body of `POST /v1/webhooks`. */
export const CreateWebhookRequest = z.strictObject({
  url: Url,
  types: Types.optional(),
  description: Description.optional(),
});
export type CreateWebhookRequest = z.infer<typeof CreateWebhookRequest>;

/** Body of `PUT /v1/webhooks/{id}`: what is named changes, the rest stays. `disabled: false` lets a webhook hear again, from then on. */
export const PutWebhookRequest = z.strictObject({
  url: Url.optional(),
  types: Types.optional(),
  description: Description.optional(),
  disabled: z.boolean().optional(),
});
export type PutWebhookRequest = z.infer<typeof PutWebhookRequest>;

/** A webhook as the doors show it: who is told of which events. Never with its secret. */
export const WebhookView = z.object({
  id: z.string(),
  tenant: z.string(),
  url: z.string(),
  types: z.array(AuditType),
  description: z.string().optional(),
  createdAt: z.string(),
  createdBy: z.string(),
  // Since when it is told of nothing.
  disabledAt: z.string().optional(),
});
export type WebhookView = z.infer<typeof WebhookView>;

/** What a receiver verifies messages with: `whsec_` and 32 bytes in Base64, as Standard Webhooks has it. */
export const WebhookSecret = z.object({
  secret: z.string(),
  // Until when messages are signed with the secret of before as well.
  previousUntil: z.string().optional(),
});
export type WebhookSecret = z.infer<typeof WebhookSecret>;

/** The answer to `POST /v1/webhooks`. */
export const CreatedWebhook = WebhookView.extend({ secret: z.string() });
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;

/** Where one delivery stands: to be sent, sent and taken, or given up. */
export const DeliveryState = z.enum(["due", "delivered", "dead"]);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** The telling of one event to one webhook. `message` is the header `webhook-id` that it is sent with, each time the same. */
export const DeliveryView = z.object({
  seq: z.int(),
  type: AuditType,
  message: z.string(),
  state: DeliveryState,
  attempts: z.int(),
  // When it is sent next; only while it is due.
  dueAt: z.string().optional(),
  // HTTP status of the last answer.
  lastStatus: z.int().optional(),
  lastError: z.string().optional(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
});
export type DeliveryView = z.infer<typeof DeliveryView>;

/** Which deliveries a list covers. */
export const DeliveryFilter = z.strictObject({ state: DeliveryState.optional() });
export type DeliveryFilter = z.infer<typeof DeliveryFilter>;

const Seq = z.int().min(0);

/** Body of `POST /v1/webhooks/{id}/replay`: one event, those after an event that the webhook listens to, or all that were given up. */
export const ReplayDeliveriesRequest = z
  .strictObject({ seq: Seq.optional(), afterSeq: Seq.optional(), state: z.literal("dead").optional() })
  .refine(
    (request) => [request.seq, request.afterSeq, request.state].filter((one) => one !== undefined).length === 1,
    "one of seq, afterSeq and state",
  );
export type ReplayDeliveriesRequest = z.infer<typeof ReplayDeliveriesRequest>;

/** What a replay will send again. */
export const ReplayedDeliveries = z.object({
  count: z.int(),
  // The last event of them. After 10,000, the most that one replay takes, `afterSeq` goes on from here.
  lastSeq: z.int().optional(),
});
export type ReplayedDeliveries = z.infer<typeof ReplayedDeliveries>;

/** What a webhook receives, in the envelope of Standard Webhooks: an event of the record, redacted as it is there. */
export const WebhookMessage = z.object({
  type: AuditType,
  // When it happened, RFC 3339.
  timestamp: z.string(),
  data: z.object({
    seq: z.int(),
    tenant: z.string(),
    principal: z.string().optional(),
    actor: z.string().optional(),
    invocation: z.string().optional(),
    action: z.string().optional(),
    details: z.record(z.string(), z.unknown()),
    // Where the approval or the invocation is read, and voted on.
    link: z.string().optional(),
    temporalUiUrl: z.string().optional(),
  }),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;
