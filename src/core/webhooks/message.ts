import { createHmac } from "node:crypto";
import type { AuditEvent } from "../../contract/audit.ts";
import type { WebhookMessage } from "../../contract/webhooks.ts";
import { bytesOfSecret } from "./secret.ts";

/** Where people find what an event speaks of; absent where it isn't known. */
export interface MessageLinks {
  readonly link?: string | undefined;
  readonly temporalUiUrl?: string | undefined;
}

/** A message as it is signed. */
export interface SignedMessage {
  /** The header `webhook-id`. */
  readonly id: string;
  /** Whole seconds since 1970 at which it is sent; receivers refuse what is minutes away from their own clock. */
  readonly timestampS: number;
  /** The body, byte for byte as it is sent. */
  readonly body: string;
}

/** The header `webhook-id` of an event to a webhook, each time the same, so that a receiver knows what it has seen. Without dots, which part what is signed. */
export function messageIdOf(webhook: string, seq: number): string {
  return `msg_${webhook}_${seq}`;
}

/** An event of the record as a webhook is told of it: only what the event says, so that it is the same each time it is sent. */
export function messageOf(event: AuditEvent, { link, temporalUiUrl }: MessageLinks): WebhookMessage {
  const { seq, tenant, principal, actor, invocation, action, data } = event;
  return {
    type: event.type,
    timestamp: event.at,
    data: {
      ...{ seq, tenant },
      ...(principal === undefined ? {} : { principal }),
      ...(actor === undefined ? {} : { actor }),
      ...(invocation === undefined ? {} : { invocation }),
      ...(action === undefined ? {} : { action }),
      details: data,
      ...(link === undefined ? {} : { link }),
      ...(temporalUiUrl === undefined ? {} : { temporalUiUrl }),
    },
  };
}

/**
 * The three headers of Standard Webhooks (symmetric, `v1`): HMAC-SHA-256 over id, time and body joined by dots, one signature for each
 * secret, joined by spaces.
 */
export function signMessage(
  secrets: readonly string[],
  { id, timestampS, body }: SignedMessage,
): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const signed = `${id}.${timestampS}.${body}`;
  const signatures = secrets.map((secret) => {
    const mac = createHmac("sha256", bytesOfSecret(secret)).update(signed, "utf8").digest("base64");
    return `v1,${mac}`;
  });
  return { "webhook-id": id, "webhook-timestamp": String(timestampS), "webhook-signature": signatures.join(" ") };
}
