import { createWebhookSender } from "../../src/adapters/webhook-sender.ts";
import type { AuditType } from "../../src/contract/audit.ts";
import type { CreatedWebhook, CreateWebhookRequest } from "../../src/contract/webhooks.ts";
import { parseAllowance } from "../../src/core/webhooks/allowance.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import { startWebhookRelay, type WebhookRelay, type WebhookRelayPorts } from "../../src/gateway/webhook-relay.ts";
import { createWebhookMethods } from "../../src/gateway/webhooks.ts";
import type { AuditEntry } from "../../src/store/audit.ts";
import type { TestStore } from "../support/pglite.ts";
import { createPorts } from "./identity-gateway.ts";

/** Loopback, where the tests' receivers are. */
export const LOOPBACK = ["127.0.0.1"].flatMap((text) => parseAllowance(text) ?? []);

/** An admin of a tenant. */
export function adminOf(tenant: string): Caller {
  const principal = { tenant, subject: "boss", kind: "user" as const, roles: [], groups: [], scopes: [] };
  return { principal, permissions: new Set(["admin"]) };
}

/** The methods about webhooks over a store, with loopback allowed, and a relay to look by hand or to leave running. */
export interface WebhookDesk {
  readonly ports: GatewayPorts;
  readonly gateway: Pick<Gateway, keyof ReturnType<typeof createWebhookMethods>>;
  readonly boss: Caller;
  create(request: CreateWebhookRequest): Promise<CreatedWebhook>;
  /** Records events of the boss's tenant. */
  record(...events: readonly (AuditType | AuditEntry)[]): Promise<void>;
  startRelay(change?: Partial<WebhookRelayPorts>): WebhookRelay;
  /** Lets everything that waits for its next attempt be due. */
  makeDue(): Promise<void>;
}

/** Opens a desk of tenant `acme`. */
export function openWebhookDesk(store: TestStore, change: Partial<GatewayPorts> = {}): WebhookDesk {
  const ports: GatewayPorts = { ...createPorts(store), webhookAllow: LOOPBACK, ...change };
  const gateway = createWebhookMethods(ports);
  const boss = adminOf("acme");
  return {
    ...{ ports, gateway, boss },
    create: (request) => gateway.createWebhook(boss, request),
    record: async (...events) => {
      const entries = events.map((event) => (typeof event === "string" ? { type: event, data: {} } : event));
      await store.transaction((tx) => tx.audit.append("acme", entries));
    },
    startRelay: (relayChange = {}) =>
      startWebhookRelay({ ...ports, sender: createWebhookSender({ allow: LOOPBACK }), ...relayChange }),
    makeDue: async () => {
      await store.db.query("update delivery set due_at = ms_now(), leased_until = null where state = 'due'");
    },
  };
}
