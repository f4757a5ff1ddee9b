import type { AuditEvent } from "../contract/audit.ts";
import { parseInvocationId } from "../core/ids.ts";
import { messageIdOf, messageOf, signMessage } from "../core/webhooks/message.ts";
import { listSecrets } from "../core/webhooks/secret.ts";
import type { SigningKey } from "../core/signing-key.ts";
import type { DeliveryContent } from "../store/deliveries.ts";
import type { WebhookRow } from "../store/webhooks.ts";
import type { Runs, WebhookRequest } from "./ports.ts";

/** What a message is signed with and where its links lead. */
export interface MessageParts {
  readonly signingKey: SigningKey;
  readonly runs: Pick<Runs, "uiUrl">;
  readonly publicUrl?: string | undefined;
}

/** An event as it is sent to a webhook at a time, signed with every secret that counts then. */
export function composeMessage(
  parts: MessageParts,
  { webhook, event }: DeliveryContent,
  nowMs: number,
): WebhookRequest {
  const id = messageIdOf(webhook.id, event.seq);
  const body = JSON.stringify(messageOf(event, linksOf(parts, event)));
  const signed = { id, timestampS: Math.floor(nowMs / 1_000), body };
  return {
    url: webhook.url,
    headers: {
      "content-type": "application/json",
      "user-agent": "Countersign-Webhooks",
      ...signMessage(listSecrets(parts.signingKey, sourcesOf(webhook, nowMs)), signed),
    },
    body,
  };
}

function sourcesOf({ tenant, id, nonce, previous_nonce, previous_until }: WebhookRow, nowMs: number) {
  const overlaps = previous_nonce !== null && previous_until !== null && previous_until > nowMs;
  return [{ tenant, id, nonce }, ...(overlaps ? [{ tenant, id, nonce: previous_nonce }] : [])];
}

function linksOf({ runs, publicUrl }: MessageParts, { tenant, type, invocation }: AuditEvent) {
  const id = invocation === undefined ? undefined : parseInvocationId(invocation);
  if (id === undefined) return {};
  const place = type.startsWith("approval.") ? "approvals" : "invocations";
  const link = publicUrl === undefined ? undefined : `${publicUrl}/v1/${place}/${id}`;
  return { link, temporalUiUrl: runs.uiUrl({ tenant, id }) };
}
