import { expect } from "vitest";
import type { AuditType } from "../../src/contract/audit.ts";
import type { WebhookId } from "../../src/contract/ids.ts";
import { createAuditTable } from "../../src/store/audit.ts";
import type { Db } from "../../src/store/db.ts";
import { type AttemptResult, createDeliveryTable, type DeliveryLease } from "../../src/store/deliveries.ts";
import { createWebhookTable, type NewWebhook } from "../../src/store/webhooks.ts";

/** Whose webhooks they are unless told otherwise. */
export const TENANT = "acme";
/** All webhooks and events of a test. */
export const LIMITS = { webhooks: 100, events: 1_000 };
/** Everything that is due, for long. */
export const LEASE: DeliveryLease = { leaseMs: 60_000, limit: 100, limitPerWebhook: 100, except: [] };
/** A first attempt that was taken. */
export const DONE: AttemptResult = { attempt: 1, state: "delivered", delayMs: 0, status: 200, error: undefined };
/** All deliveries of a test. */
export const PAGE = { limit: 200 };

let made = 0;

/** Makes a webhook and gives its id. */
export async function make(db: Db, change: Partial<NewWebhook> = {}): Promise<WebhookId> {
  made += 1;
  const id = `whk_${String(made).padStart(26, "0")}` as WebhookId;
  const fresh = {
    tenant: TENANT,
    id,
    url: "https://a.test/",
    types: [],
    description: null,
    nonce: "n",
    created_by: "ada",
  };
  return (await createWebhookTable(db).insert({ ...fresh, ...change }))?.id ?? expect.fail("Not written");
}

/** Records events. */
export async function record(db: Db, type: AuditType, { count = 1, tenant = TENANT } = {}): Promise<void> {
  const entries = Array.from({ length: count }, () => ({ type, data: { some: "thing" } }));
  await db.transaction((tx) => createAuditTable(tx).append(tenant, entries));
}

/** Sequence numbers of a webhook's deliveries, oldest first. */
export async function seqsOf(db: Db, webhook: WebhookId, tenant = TENANT): Promise<number[]> {
  const { items } = await createDeliveryTable(db).list({ tenant, webhook, state: undefined }, PAGE);
  return items.map(({ seq }) => seq).toReversed();
}

/** A webhook with so many deliveries to send. */
export async function schedule(db: Db, count: number): Promise<WebhookId> {
  const id = await make(db);
  await record(db, "key.created", { count });
  while ((await createDeliveryTable(db).advance(LIMITS)) > 0);
  return id;
}
