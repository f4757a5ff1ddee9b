import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Log } from "../../src/gateway/ports.ts";
import { startRetention } from "../../src/process/retention.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { recordApproval } from "../support/recorded-approvals.ts";

const DAY_MS = 86_400_000;

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => store.truncateAll());
afterAll(() => store.close());

/** A call that ended two days ago. */
async function recordOld() {
  const ref = await recordApproval(store.db);
  const end = "update invocation set status = 'rejected', closed_at = ms_now() - interval '2 days' where id = $1";
  await store.db.query(end, [ref.id]);
  const event = { type: "invocation.requested" as const, invocation: ref.id, data: { reason: "Mine" } };
  await store.transaction((tx) => tx.audit.append(ref.tenant, [event]));
  return ref;
}

describe("startRetention()", () => {
  test("startRetention() erases soon after the start, and says what it did", async () => {
    const ref = await recordOld();
    const log = vi.fn<Log>();
    const stop = startRetention({ store, retentionMs: DAY_MS, log, firstAfterMs: 0 });
    await vi.waitFor(() => expect(log).toHaveBeenCalled());
    await stop();
    expect(log.mock.calls).toEqual([
      ["info", "Old content was erased", expect.objectContaining({ invocations: 1, events: 1 })],
    ]);
    expect((await store.invocations.get(ref))?.erased_at).toEqual(expect.any(Number));
  });

  test("startRetention() without a time erases nothing, and with nothing to erase it says nothing", async () => {
    const ref = await recordOld();
    const log = vi.fn<Log>();
    const erase = vi.spyOn(store, "erase");
    await startRetention({ store, retentionMs: undefined, log, firstAfterMs: 0 })();
    const stop = startRetention({ store, retentionMs: 3 * DAY_MS, log, firstAfterMs: 0 });
    await vi.waitFor(() => expect(erase).toHaveBeenCalledTimes(1));
    await stop();
    expect(log).not.toHaveBeenCalled();
    expect((await store.invocations.get(ref))?.erased_at).toBeNull();
  });

  test.each([
    { error: Object.assign(new Error("no"), { code: "42501" }), level: "error", words: "may not erase" },
    { error: new Error("away"), level: "warn", words: "tried again in a day" },
  ])("startRetention() says in its log: $words", async ({ error, level, words }) => {
    const log = vi.fn<Log>();
    const refusing = { ...store, erase: () => Promise.reject(error) };
    const stop = startRetention({ store: refusing, retentionMs: DAY_MS, log, firstAfterMs: 0 });
    await vi.waitFor(() => expect(log).toHaveBeenCalledWith(level, expect.stringContaining(words), expect.anything()));
    await stop();
  });
});
