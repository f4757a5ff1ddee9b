import { expect, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { createDeliveryTable } from "../../src/store/deliveries.ts";
import { createWebhookTable } from "../../src/store/webhooks.ts";
import { DONE, LEASE, LIMITS, make, PAGE, record, schedule, seqsOf, TENANT } from "../support/recorded-webhooks.ts";

/** What schedules deliveries anew, and lists them. */
export function describeReplay(db: () => Db): void {
  const finishAll = async (state: "delivered" | "dead"): Promise<void> => {
    const { lease, finish } = createDeliveryTable(db());
    for (const leased of await lease(LEASE)) await finish(leased, { ...DONE, state });
  };

  test("replayOne() schedules an event anew, of any type and time, but not one that is just being sent", async () => {
    await record(db(), "key.created");
    const webhook = await make(db(), { types: ["run.ended"] });
    const { replayOne, lease } = createDeliveryTable(db());
    expect(await replayOne({ tenant: TENANT, webhook, seq: 1 })).toEqual([1]);
    expect(await lease(LEASE)).toMatchObject([{ seq: 1, attempt: 1 }]);
    expect(await replayOne({ tenant: TENANT, webhook, seq: 1 })).toEqual([]);
    expect(await replayOne({ tenant: TENANT, webhook, seq: 2 })).toEqual([]);
    expect(await replayOne({ tenant: "other", webhook, seq: 1 })).toEqual([]);
  });

  test("replayAfter() schedules what the webhook listens to, up to its cursor, the oldest first", async () => {
    const webhook = await make(db(), { types: ["key.created"] });
    await record(db(), "key.created", { count: 3 });
    await record(db(), "key.revoked");
    await record(db(), "key.created");
    const { advance, replayAfter } = createDeliveryTable(db());
    await advance({ webhooks: 1, events: 4 });
    await finishAll("delivered");
    expect(await replayAfter({ tenant: TENANT, webhook, seq: 1 }, 100)).toEqual([2, 3]);
    expect(await replayAfter({ tenant: TENANT, webhook, seq: 0 }, 2)).toEqual([1, 2]);
  });

  test("replayDead() schedules what was given up, and that alone", async () => {
    const webhook = await schedule(db(), 2);
    await finishAll("dead");
    await record(db(), "key.created");
    const { advance, replayDead, lease } = createDeliveryTable(db());
    await advance(LIMITS);
    await finishAll("delivered");
    expect(await replayDead({ tenant: TENANT, webhook }, 1)).toEqual([1]);
    expect(await replayDead({ tenant: TENANT, webhook }, 100)).toEqual([2]);
    expect((await lease(LEASE)).map(({ seq, attempt }) => `${seq} ${attempt}`).toSorted()).toEqual(["1 1", "2 1"]);
  });

  test("list() pages newest first and by state, and refuses a cursor that it didn't give", async () => {
    const webhook = await schedule(db(), 3);
    const { list } = createDeliveryTable(db());
    const first = await list({ tenant: TENANT, webhook, state: "due" }, { limit: 2 });
    const second = await list({ tenant: TENANT, webhook, state: "due" }, { limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ seq }) => seq)).toEqual([3, 2, 1]);
    expect(second.nextCursor).toBeUndefined();
    expect((await list({ tenant: TENANT, webhook, state: "dead" }, PAGE)).items).toEqual([]);
    const forged = list({ tenant: TENANT, webhook, state: undefined }, { limit: 2, cursor: "eA" });
    await expect(forged).rejects.toMatchObject({ code: "invalid_query" });
  });
}

/** What becomes of webhooks that are changed. */
export function describeWebhookChanges(db: () => Db): void {
  test("insert(), list() and count() keep tenants apart, newest first", async () => {
    const ids = [await make(db()), await make(db())];
    const theirs = await make(db(), { tenant: "other" });
    const { list, count, get } = createWebhookTable(db());
    expect((await list(TENANT)).map(({ id }) => id).sort()).toEqual(ids);
    expect([await count(TENANT), await count("other")]).toEqual([2, 1]);
    expect(await get(TENANT, theirs)).toBeUndefined();
  });

  test("update() lets a disabled webhook begin at the present again, and giveUp() keeps what was due as dead", async () => {
    const webhook = await schedule(db(), 2);
    const { update, giveUp } = createWebhookTable(db());
    const same = { url: "https://a.test/", types: [], description: null };
    await update(TENANT, webhook, { ...same, disabled: true });
    await giveUp(TENANT, webhook, "The webhook was disabled");
    await record(db(), "key.created");
    expect(await createDeliveryTable(db()).advance(LIMITS)).toBe(0);
    expect((await update(TENANT, webhook, { ...same, disabled: false }))?.disabled_at).toBeNull();
    await record(db(), "key.created");
    await createDeliveryTable(db()).advance(LIMITS);
    const { items } = await createDeliveryTable(db()).list({ tenant: TENANT, webhook, state: undefined }, PAGE);
    expect(items.map(({ seq, state }) => [seq, state])).toEqual([
      [4, "due"],
      [2, "dead"],
      [1, "dead"],
    ]);
  });

  test("rotate() keeps the secret of before for as long as it is told, and no older one", async () => {
    const webhook = await make(db());
    const { rotate } = createWebhookTable(db());
    await rotate(TENANT, webhook, { nonce: "m", overlapMs: 5_000 });
    const row = await rotate(TENANT, webhook, { nonce: "l", overlapMs: 5_000 });
    expect(row).toMatchObject({ nonce: "l", previous_nonce: "m" });
    expect((row?.previous_until ?? 0) - (row?.created_at ?? 0)).toBeGreaterThanOrEqual(5_000);
  });
}

/** What is forgotten. */
export function describePurge(db: () => Db): void {
  test("purge() forgets what was delivered or given up long ago, in portions", async () => {
    const webhook = await schedule(db(), 4);
    await db().query(
      `update delivery set state = case when seq < 3 then 'delivered' when seq = 3 then 'dead' else 'due' end,
         finished_at = case when seq < 4 then ms_now() - interval '2 hours' end, created_at = ms_now() - interval '9 hours'`,
    );
    const { purge } = createDeliveryTable(db());
    const limits = { deliveredMs: 3_600_000, deadMs: 7_200_000 + 60_000, limit: 1 };
    expect([await purge(limits), await purge(limits), await purge(limits)]).toEqual([1, 1, 0]);
    expect(await seqsOf(db(), webhook)).toEqual([3, 4]);
    expect(await purge({ ...limits, deadMs: 3_600_000 })).toBe(1);
  });
}
