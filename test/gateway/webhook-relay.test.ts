import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliveryView } from "../../src/contract/webhooks.ts";
import type { Log } from "../../src/gateway/ports.ts";
import type { WebhookRelay } from "../../src/gateway/webhook-relay.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openMessage, startReceiver } from "../support/receiver.ts";
import { openWebhookDesk, type WebhookDesk } from "./webhook-desk.ts";

const INVOCATION = "ivn_00000000000000000000000000";

let store: TestStore;
let desk: WebhookDesk;
let relay: WebhookRelay;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  desk = openWebhookDesk(store);
  relay = desk.startRelay({ publicUrl: "https://sign.test" });
});
afterEach(() => relay.stop());

async function deliveriesOf(webhook: string): Promise<readonly DeliveryView[]> {
  return (await desk.gateway.listDeliveries(desk.boss, { webhook }, { limit: 200 })).items;
}

async function typesRecorded(): Promise<string[]> {
  return (await store.audit.list("acme", {}, { limit: 200 })).items.map(({ type }) => type).toReversed();
}

describe("startWebhookRelay()", () => {
  it("tells each webhook of the events that it listens to, once, signed as Standard Webhooks has it", async () => {
    const receiver = await startReceiver();
    const all = await desk.create({ url: `${receiver.url}/all` });
    const some = await desk.create({ url: `${receiver.url}/some`, types: ["approval.opened"] });
    const call = { actor: "bot", invocation: INVOCATION, action: "test.echo" };
    await desk.record({ type: "approval.opened", ...call, data: { round: 1 } }, "key.created");
    for (let count = 0; count < 3; count += 1) await relay.look();
    const at = (path: string) => receiver.received.filter((message) => message.path === `/hook/${path}`);
    const opened = at("all").map((message) => openMessage(message, all.secret));
    expect(opened.map(({ type }) => type).sort()).toEqual(["approval.opened", "key.created", "webhook.created"]);
    expect(at("some").map((message) => openMessage(message, some.secret))).toEqual([
      {
        ...{ type: "approval.opened", timestamp: expect.stringMatching(/Z$/) },
        data: {
          ...{ seq: 3, tenant: "acme", ...call, details: { round: 1 } },
          link: `https://sign.test/v1/approvals/${INVOCATION}`,
        },
      },
    ]);
    expect(() => openMessage(at("some")[0] ?? expect.fail(), all.secret)).toThrow("No matching signature");
  });

  it("sends again what was not taken, under the same id, and no sooner than it is due", async () => {
    const receiver = await startReceiver();
    const { id, secret } = await desk.create({ url: receiver.url });
    receiver.answer(500);
    await desk.record("run.ended");
    await relay.look();
    await relay.look();
    expect(await deliveriesOf(id)).toMatchObject([{ state: "due", attempts: 1, lastStatus: 500 }]);
    receiver.answer(200);
    await desk.makeDue();
    await relay.look();
    expect(await deliveriesOf(id)).toMatchObject([{ state: "delivered", attempts: 2, lastStatus: 200 }]);
    const [first, second] = receiver.received;
    expect(receiver.received).toHaveLength(2);
    expect(first?.body).toBe(second?.body);
    expect(first?.headers["webhook-id"]).toBe(`msg_${id}_2`);
    expect(second?.headers["webhook-id"]).toBe(`msg_${id}_2`);
    expect(openMessage(second ?? expect.fail(), secret).data.seq).toBe(2);
  });

  it("goes on when a receiver that was down is back", async () => {
    const { port, close, url } = await startReceiver({ stays: true });
    const { id } = await desk.create({ url });
    await close();
    await desk.record("run.ended");
    await relay.look();
    expect(await deliveriesOf(id)).toMatchObject([{ state: "due", lastError: "The connection failed (ECONNREFUSED)" }]);
    const receiver = await startReceiver({ port });
    await desk.makeDue();
    await relay.look();
    expect(receiver.received).toHaveLength(1);
  });

  it("gives up after the tenth attempt, until somebody has it replayed", async () => {
    const receiver = await startReceiver();
    const { id } = await desk.create({ url: receiver.url });
    receiver.answer(503);
    await desk.record("run.ended");
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await relay.look();
      await desk.makeDue();
    }
    expect(await deliveriesOf(id)).toMatchObject([{ state: "dead", attempts: 10, lastStatus: 503 }]);
    receiver.answer(204);
    expect(await desk.gateway.replayDeliveries(desk.boss, id, { state: "dead" })).toEqual({ count: 1, lastSeq: 2 });
    await relay.look();
    expect(await deliveriesOf(id)).toMatchObject([{ seq: 3 }, { seq: 2, state: "delivered", attempts: 1 }]);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(2);
  });

  it("sends no message of an event that was erased meanwhile, replayed or not: it would be another one", async () => {
    const receiver = await startReceiver();
    const { id } = await desk.create({ url: receiver.url });
    receiver.answer(500);
    await desk.record("run.ended");
    await relay.look();
    await store.db.query("update audit_event set data = '{}', erased_at = ms_now() where seq = 2");
    await desk.makeDue();
    await relay.look();
    const given = { seq: 2, state: "dead", lastError: "The event was erased" };
    expect(await deliveriesOf(id)).toMatchObject([given]);
    await desk.gateway.replayDeliveries(desk.boss, id, { seq: 2 });
    await relay.look();
    expect((await deliveriesOf(id)).at(-1)).toMatchObject(given);
    expect(receiver.received.filter(({ headers }) => headers["webhook-id"] === `msg_${id}_2`)).toHaveLength(1);
  });

  it("disables a webhook whose receiver says 410, on record, and tells it of nothing more", async () => {
    const receiver = await startReceiver();
    const { id } = await desk.create({ url: receiver.url });
    receiver.answer(410);
    await desk.record("run.started", "run.ended");
    await relay.look();
    await desk.record("key.created");
    await relay.look();
    expect((await desk.gateway.getWebhook(desk.boss, id)).disabledAt).toBeDefined();
    expect((await deliveriesOf(id)).every(({ state }) => state === "dead")).toBe(true);
    expect(receiver.received.length).toBeLessThanOrEqual(2);
    expect(await typesRecorded()).toEqual([
      ...["webhook.created", "run.started", "run.ended", "webhook.changed", "key.created"],
    ]);
    const [changed] = (await store.audit.list("acme", { type: "webhook.changed" }, { limit: 9 })).items;
    expect(changed?.data).toEqual({ webhook: id, origin: new URL(receiver.url).origin, disabled: true, status: 410 });
  });

  it("signs with the former secret for 24 hours after a change, and with no other afterwards", async () => {
    const receiver = await startReceiver();
    const { id, secret: former } = await desk.create({ url: receiver.url, types: ["run.ended"] });
    const { secret, previousUntil = "" } = await desk.gateway.rotateWebhookSecret(desk.boss, id);
    expect((Date.parse(previousUntil) - Date.now()) / 3_600_000).toBeCloseTo(24, 1);
    await desk.record("run.ended");
    await relay.look();
    await store.db.query("update webhook set previous_until = ms_now() - interval '1 second'");
    await desk.record("run.ended");
    await relay.look();
    const [during, after] = receiver.received;
    for (const one of [former, secret]) expect(openMessage(during ?? expect.fail(), one).type).toBe("run.ended");
    expect(openMessage(after ?? expect.fail(), secret).type).toBe("run.ended");
    expect(() => openMessage(after ?? expect.fail(), former)).toThrow("No matching signature");
    expect(await desk.gateway.getWebhookSecret(desk.boss, id)).toEqual({ secret });
  });

  it("lets receivers keep a secret while the signing key changes", async () => {
    const receiver = await startReceiver();
    const { secret } = await desk.create({ url: receiver.url });
    await relay.stop();
    relay = desk.startRelay({ signingKey: ["a-new-signing-key", "a-signing-key-for-tests"] });
    await desk.record("run.ended");
    await relay.look();
    expect(openMessage(receiver.received[0] ?? expect.fail(), secret).type).toBe("run.ended");
  });
});

describe("startWebhookRelay() left to itself", () => {
  it("finds webhooks and events by itself, those too that nobody was notified of", async () => {
    const receiver = await startReceiver();
    await desk.create({ url: receiver.url });
    await desk.record("run.started");
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 10_000 });
    await desk.record("run.ended");
    await vi.waitFor(() => expect(receiver.received).toHaveLength(2), { timeout: 10_000 });
  });

  it("sends each message once, whoever else relays, and a backlog without pauses", async () => {
    const receiver = await startReceiver();
    const { id } = await desk.create({ url: receiver.url });
    const others = [desk.startRelay(), desk.startRelay()];
    await desk.record(...Array.from({ length: 100 }, () => "run.ended" as const));
    await vi.waitFor(() => expect(receiver.received).toHaveLength(100), { timeout: 30_000 });
    await Promise.all(others.map((other) => other.stop()));
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(100);
    expect((await deliveriesOf(id)).every(({ attempts }) => attempts === 1)).toBe(true);
  });

  it("keeps one receiver that is slow from delaying another", async () => {
    const [slow, quick] = [await startReceiver(), await startReceiver()];
    slow.answer(() => undefined);
    await desk.create({ url: slow.url });
    await desk.create({ url: quick.url });
    await desk.record(...Array.from({ length: 60 }, () => "run.ended" as const));
    await vi.waitFor(() => expect(quick.received).toHaveLength(60), { timeout: 8_000 });
    expect(slow.received.length).toBeLessThanOrEqual(8);
    await slow.close();
  });

  it("ends after the messages under way, and takes no more", async () => {
    const receiver = await startReceiver();
    const { id } = await desk.create({ url: receiver.url });
    let release = (): void => undefined;
    receiver.answer((_, response) => (release = () => void response.writeHead(204).end()));
    await desk.record("run.ended");
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 10_000 });
    const stopped = relay.stop();
    await desk.record("run.ended");
    release();
    await stopped;
    expect(await deliveriesOf(id)).toMatchObject([{ seq: 2, state: "delivered" }]);
  });

  it("outlives a store that is away", async () => {
    const receiver = await startReceiver();
    await desk.create({ url: receiver.url });
    const log = vi.fn<Log>();
    let isAway = true;
    const deliveries = { ...store.deliveries };
    deliveries.isNeeded = () => (isAway ? Promise.reject(new Error("Away")) : store.deliveries.isNeeded());
    const other = desk.startRelay({ store: { ...store, deliveries }, log });
    await relay.stop();
    await desk.record("run.ended");
    await vi.waitFor(() => expect(log).toHaveBeenCalledWith("warn", expect.any(String), expect.anything()), 10_000);
    isAway = false;
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 10_000 });
    await other.stop();
  });
});
