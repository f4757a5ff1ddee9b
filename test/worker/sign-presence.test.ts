import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { signPresence } from "../../worker/sign-presence.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

const sign = { identity: "1@host:q", taskQueue: "q", buildId: "7", versions: {} };
let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => store.truncateAll());
afterEach(() => void vi.useRealTimers());
afterAll(() => store.close());

async function countPresent(): Promise<number | undefined> {
  return (await store.workers.countByQueue(["q"]))[0]?.present;
}

test("signPresence() writes at once that the worker is there, and at its end that it has stopped", async () => {
  const presence = signPresence({ store, log: () => undefined, sign });
  await vi.waitFor(async () => expect(await countPresent()).toBe(1));
  await Promise.all([presence.stop(), presence.stop()]);
  expect(await countPresent()).toBe(0);
});

test("signPresence() signs every 10 s, also after a sign that failed", async () => {
  vi.useFakeTimers();
  let isAway = true;
  const write = vi.fn<() => Promise<void>>(async () => {
    if (isAway) throw new Error("The store is away");
  });
  const workers = { ...store.workers, sign: write, stop: async () => undefined };
  const presence = signPresence({ store: { workers }, log: () => undefined, sign });
  await vi.advanceTimersByTimeAsync(10_000);
  isAway = false;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(write).toHaveBeenCalledTimes(4);
  await presence.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(write).toHaveBeenCalledTimes(4);
});

test("signPresence() does with each sign what is to be done, though that failed before", async () => {
  vi.useFakeTimers();
  const onSign = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error("The store is away"));
  const workers = { ...store.workers, sign: async () => undefined, stop: async () => undefined };
  const presence = signPresence({ store: { workers }, log: () => undefined, sign, onSign });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(onSign).toHaveBeenCalledTimes(2);
  await presence.stop();
});

test("signPresence() lets the stop stand although a sign is under way", async () => {
  const presence = signPresence({ store, log: () => undefined, sign });
  await presence.stop();
  expect(await countPresent()).toBe(0);
});

test("signPresence() ends although the store is away", async () => {
  const fail = async (): Promise<void> => Promise.reject(new Error("The store is away"));
  const presence = signPresence({
    store: { workers: { ...store.workers, sign: fail, stop: fail } },
    log: () => undefined,
    sign,
  });
  await expect(presence.stop()).resolves.toBeUndefined();
});
