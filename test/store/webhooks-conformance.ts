import { beforeEach, describe, expect, test } from "vitest";
import type { WebhookId } from "../../src/contract/ids.ts";
import type { Db } from "../../src/store/db.ts";
import { createDeliveryTable, type DeliveryLease, type LeasedDelivery } from "../../src/store/deliveries.ts";
import { createWebhookTable } from "../../src/store/webhooks.ts";
import { DONE, LEASE, LIMITS, make, PAGE, record, schedule, seqsOf, TENANT } from "../support/recorded-webhooks.ts";
import { describePurge, describeReplay, describeWebhookChanges } from "./webhook-changes-conformance.ts";

/** What webhooks and their deliveries must do, whatever database is underneath. */
export function describeWebhooks(db: () => Db): void {
  describe("createWebhookTable() and createDeliveryTable()", () => {
    beforeEach(() =>
      db().transaction((tx) =>
        tx.runScript("truncate webhook, delivery; delete from audit_event; delete from audit_head"),
      ),
    );
    describeAdvance(db);
    describeLease(db);
    describeFinish(db);
    describeReplay(db);
    describeWebhookChanges(db);
    describePurge(db);
  });
}

function describeAdvance(db: () => Db): void {
  test("advance() schedules what was recorded after a webhook was made, once, of the types that it listens to", async () => {
    await record(db(), "key.created", { count: 2 });
    const all = await make(db());
    const some = await make(db(), { types: ["key.revoked", "run.ended"] });
    await record(db(), "key.created");
    await record(db(), "key.revoked", { count: 2 });
    await record(db(), "key.created", { tenant: "other" });
    expect(await createDeliveryTable(db()).advance(LIMITS)).toBe(2);
    expect(await createDeliveryTable(db()).advance(LIMITS)).toBe(0);
    expect([await seqsOf(db(), all), await seqsOf(db(), some)]).toEqual([
      [3, 4, 5],
      [4, 5],
    ]);
  });

  test("advance() goes on where it stopped when there is more than it takes at once", async () => {
    const ids = [await make(db()), await make(db())];
    await record(db(), "key.created", { count: 5 });
    const { advance } = createDeliveryTable(db());
    const rounds = [];
    for (let behind = -1; behind !== 0; rounds.push(behind)) behind = await advance({ webhooks: 1, events: 2 });
    expect(rounds).toEqual([1, 1, 1, 1, 1, 1, 0]);
    for (const id of ids) expect(await seqsOf(db(), id)).toEqual([1, 2, 3, 4, 5]);
  });

  test("advance() by several at once, while events are recorded, loses none and doubles none", async () => {
    const id = await make(db());
    const looks = Array.from({ length: 6 }, async () => {
      for (let count = 0; count < 10; count += 1) await createDeliveryTable(db()).advance({ webhooks: 10, events: 3 });
    });
    const records = Array.from({ length: 15 }, () => record(db(), "key.created", { count: 2 }));
    await Promise.all([...looks, ...records]);
    while ((await createDeliveryTable(db()).advance(LIMITS)) > 0);
    expect(await seqsOf(db(), id)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  test("isNeeded() tells whether a webhook that isn't disabled is there", async () => {
    const { isNeeded } = createDeliveryTable(db());
    expect(await isNeeded()).toBe(false);
    const id = await make(db());
    expect(await isNeeded()).toBe(true);
    await createWebhookTable(db()).update(TENANT, id, {
      url: "https://a.test/",
      types: [],
      description: null,
      disabled: true,
    });
    expect(await isNeeded()).toBe(false);
  });
}

function describeLease(db: () => Db): void {
  const lease = (change: Partial<DeliveryLease> = {}): Promise<LeasedDelivery[]> =>
    createDeliveryTable(db()).lease({ ...LEASE, ...change });

  test("lease() gives each delivery to one of many who ask at once, with the number of its attempt", async () => {
    await schedule(db(), 20);
    const leases = await Promise.all(Array.from({ length: 8 }, () => lease({ limit: 5 })));
    const seqs = leases.flat().map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(seqs.length);
    const rest = await lease();
    expect([...seqs, ...rest.map(({ seq }) => seq)]).toHaveLength(20);
    expect(rest.concat(...leases).every(({ attempt }) => attempt === 1)).toBe(true);
    expect(await lease()).toEqual([]);
  });

  test("lease() gives what a dead lessee held to another, as a further attempt", async () => {
    const webhook = await schedule(db(), 1);
    expect(await lease({ leaseMs: 0 })).toEqual([{ tenant: TENANT, webhook, seq: 1, attempt: 1 }]);
    expect(await lease()).toEqual([{ tenant: TENANT, webhook, seq: 1, attempt: 2 }]);
  });

  test("lease() keeps to its limits, and leaves webhooks alone that it is told to", async () => {
    const [busy, other] = [await schedule(db(), 4), await schedule(db(), 4)];
    const counts = (rows: readonly LeasedDelivery[]): number[] =>
      [busy, other].map((id) => rows.filter(({ webhook }) => webhook === id).length);
    expect(counts(await lease({ limitPerWebhook: 2, leaseMs: 0 }))).toEqual([2, 2]);
    expect(counts(await lease({ except: [busy], leaseMs: 0 }))).toEqual([0, 4]);
    expect(await lease({ limit: 3 })).toHaveLength(3);
  });

  test("getContent() gives webhook and event, and nothing once the webhook is gone", async () => {
    const webhook = await schedule(db(), 1);
    const { getContent } = createDeliveryTable(db());
    const ref = { tenant: TENANT, webhook, seq: 1 };
    expect(await getContent(ref)).toMatchObject({
      webhook: { id: webhook, nonce: "n", disabled_at: null },
      event: { seq: 1, type: "key.created", data: { some: "thing" } },
    });
    await createWebhookTable(db()).delete(TENANT, webhook);
    expect(await getContent(ref)).toBeUndefined();
    expect(await lease()).toEqual([]);
  });
}

function describeFinish(db: () => Db): void {
  const read = async (webhook: WebhookId) =>
    (await createDeliveryTable(db()).list({ tenant: TENANT, webhook, state: undefined }, PAGE)).items[0];

  test("finish() keeps how an attempt ended, and when the next one is due", async () => {
    const webhook = await schedule(db(), 1);
    const { lease, finish } = createDeliveryTable(db());
    await lease(LEASE);
    const ref = { tenant: TENANT, webhook, seq: 1 };
    await finish(ref, { ...DONE, state: "due", delayMs: 0, status: undefined, error: "No answer in time" });
    expect(await read(webhook)).toMatchObject({ state: "due", last_status: null, last_error: "No answer in time" });
    expect(await lease(LEASE)).toMatchObject([{ attempt: 2 }]);
    await finish(ref, { ...DONE, attempt: 2, state: "due", delayMs: 60_000, status: 500 });
    expect(await lease(LEASE)).toEqual([]);
    const row = await read(webhook);
    expect((row?.due_at ?? 0) - (row?.created_at ?? 0)).toBeGreaterThan(59_000);
    expect(row).toMatchObject({ state: "due", attempts: 2, last_status: 500, finished_at: null });
  });

  test("finish() takes a late success for a success, and a late failure for nothing", async () => {
    const webhook = await schedule(db(), 1);
    const { lease, finish } = createDeliveryTable(db());
    const ref = { tenant: TENANT, webhook, seq: 1 };
    await lease({ ...LEASE, leaseMs: 0 });
    await lease({ ...LEASE, leaseMs: 0 });
    await finish(ref, { ...DONE, state: "dead", status: 410 });
    expect(await read(webhook)).toMatchObject({ state: "due", last_status: null });
    await finish(ref, DONE);
    await finish(ref, { ...DONE, attempt: 2, state: "due" });
    expect(await read(webhook)).toMatchObject({ state: "delivered", last_status: 200 });
    expect((await read(webhook))?.finished_at).not.toBeNull();
  });
}
