import { createWebhookSender } from "../adapters/webhook-sender.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { parseAllowance, type WebhookAllowance } from "../core/webhooks/allowance.ts";
import type { GatewayPorts } from "../gateway/ports.ts";
import { startRelay } from "../gateway/relay.ts";
import { startWebhookRelay } from "../gateway/webhook-relay.ts";

/** What the relays of a process with HTTP need. */
export interface RelayParts extends Pick<GatewayPorts, "store" | "runs" | "log" | "signingKey" | "webhookAllow"> {
  /** What links for people begin with; without it messages to webhooks have none. */
  readonly publicUrl?: string | undefined;
}

/**
 * Starts what hands on to Temporal and to webhooks whatever doors and workers have kept.
 * @returns what stops both, the messages under way sent
 */
export function startRelays({ webhookAllow = [], ...parts }: RelayParts): () => Promise<void> {
  const runs = startRelay(parts);
  const webhooks = startWebhookRelay({ ...parts, sender: createWebhookSender({ allow: webhookAllow }) });
  return async () => {
    await Promise.all([runs.stop(), webhooks.stop()]);
  };
}

/** What webhooks may call besides public addresses. @throws invalid_request for what is no host, `host:port`, address or range */
export function readAllowances({
  webhookAllow = [],
}: {
  readonly webhookAllow?: readonly string[] | undefined;
}): WebhookAllowance[] {
  return webhookAllow.map((text) => {
    const allowance = parseAllowance(text);
    if (allowance !== undefined) return allowance;
    throw new CountersignError("invalid_request", "webhookAllow must hold hosts, host:port, addresses or ranges");
  });
}
