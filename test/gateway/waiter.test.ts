import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import { isClosed } from "../../src/core/invocation.ts";
import { statusTopic, votesTopic } from "../../src/core/topics.ts";
import { createWaiter, type Waiter } from "../../src/gateway/waiter.ts";

const ref = { tenant: "default", id: "ivn_1" as InvocationId };
const other = { tenant: "default", id: "ivn_2" as InvocationId };

let waiter: Waiter;
/** Plays the store's notifications. */
let tell: (topic: string) => void;
let isListening: boolean;

beforeEach(() => {
  isListening = true;
  waiter = createWaiter({
    listen: (listener) => {
      tell = listener;
      return () => void (isListening = false);
    },
  });
});
afterEach(() => waiter.close());

/** A wait for an end that counts its looks; `done` decides what a look finds. */
function startWait(
  done: () => boolean,
  options: { timeoutMs?: number; skipFirstLook?: boolean; of?: typeof ref; isLongPoll?: boolean } = {},
) {
  const look = vi.fn<() => Promise<boolean>>(async () => done());
  const { of = ref, timeoutMs = 20_000, skipFirstLook = true, isLongPoll = false } = options;
  const ignore = (status: Parameters<typeof isClosed>[0]) => !isClosed(status);
  const ended = waiter.wait({ ref: of, about: "status", ignore, look, timeoutMs, skipFirstLook, isLongPoll });
  return { look, ended };
}

describe("waiter.wait()", () => {
  it("ends at once when the first look finds what is waited for", async () => {
    const { look, ended } = startWait(() => true, { skipFirstLook: false });
    await ended;
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("looks only after news when the caller knows that nothing can be there yet", async () => {
    const { look, ended } = startWait(() => true);
    expect(look).not.toHaveBeenCalled();
    tell(statusTopic(ref, "executed"));
    await ended;
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("hears of news between its call and its await", async () => {
    const { look, ended } = startWait(() => true);
    tell(statusTopic(ref, "executed"));
    await ended;
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("takes no look for news that can't be the answer, nor for those of others", async () => {
    const { look, ended } = startWait(() => true);
    for (const topic of [statusTopic(ref, "pending"), statusTopic(other, "executed"), votesTopic(ref)]) tell(topic);
    tell(statusTopic({ ...ref, tenant: "acme" }, "executed"));
    expect(look).not.toHaveBeenCalled();
    tell(statusTopic(ref, "denied"));
    await ended;
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("covers a lost notification by its own poll", async () => {
    const { look, ended } = startWait(() => true);
    await ended;
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("looks for everybody when notifications may have been lost, whatever news they ignore", async () => {
    let isThere = false;
    const waits = [ref, ref, other].map((of) => startWait(() => isThere, { of }));
    isThere = true;
    const startMs = performance.now();
    tell("*");
    await Promise.all(waits.map(({ ended }) => ended));
    expect(performance.now() - startMs).toBeLessThan(900);
    expect(waits.map(({ look }) => look.mock.calls.length)).toEqual([1, 1, 1]);
  });

  it("wakes all who wait for one invocation", async () => {
    const waits = Array.from({ length: 50 }, () => startWait(() => true));
    tell(statusTopic(ref, "executed"));
    await Promise.all(waits.map(({ ended }) => ended));
    expect(waits.every(({ look }) => look.mock.calls.length === 1)).toBe(true);
  });

  it("looks again for news that come while it looks", async () => {
    const found: ((there: boolean) => void)[] = [];
    const look = vi.fn<() => Promise<boolean>>(() => new Promise<boolean>((resolve) => found.push(resolve)));
    const ended = waiter.wait({ ref, about: "votes", look, timeoutMs: 20_000 });
    tell(votesTopic(ref));
    found[0]?.(false);
    await vi.waitFor(() => expect(found).toHaveLength(2), { timeout: 900 });
    found[1]?.(true);
    await ended;
  });

  it("ends at its time though nothing was found, with a last look", async () => {
    const { look, ended } = startWait(() => false, { timeoutMs: 50 });
    await ended;
    expect(look).toHaveBeenCalled();
  });

  it("hands on why a look failed, and waits no more", async () => {
    const failing = vi.fn<() => Promise<boolean>>(async () => Promise.reject(new Error("The store is away")));
    await expect(waiter.wait({ ref, about: "status", look: failing, timeoutMs: 20_000 })).rejects.toThrow("away");
    tell(statusTopic(ref, "executed"));
    expect(failing).toHaveBeenCalledTimes(1);
  });
});

describe("waiter.drain()", () => {
  it("ends long polls at once with a last look, and lets none begin", async () => {
    const waiting = [ref, other].map((of) => startWait(() => false, { of, timeoutMs: 60_000, isLongPoll: true }));
    expect(waiter.isDraining).toBe(false);
    waiter.drain(5_000);
    await Promise.all(waiting.map(({ ended }) => ended));
    expect(waiting.map(({ look }) => look.mock.calls.length)).toEqual([1, 1]);
    expect(waiter.isDraining).toBe(true);
    const late = startWait(() => false, { timeoutMs: 60_000, isLongPoll: true, skipFirstLook: false });
    await late.ended;
    expect(late.look).toHaveBeenCalledTimes(1);
  });

  it("ends every wait in time for its answer to go out, those that begin later too", async () => {
    const startMs = performance.now();
    const early = startWait(() => false, { timeoutMs: 60_000 });
    waiter.drain(700);
    const late = startWait(() => false, { timeoutMs: 60_000 });
    await Promise.all([early.ended, late.ended]);
    expect(performance.now() - startMs).toBeLessThan(690);
    expect(early.look).toHaveBeenCalled();
  });

  it("lets short waits go on to their answer", async () => {
    let isThere = false;
    const { look, ended } = startWait(() => isThere);
    waiter.drain(5_000);
    isThere = true;
    tell(statusTopic(ref, "executed"));
    await ended;
    expect(look).toHaveBeenCalled();
  });
});

it("waiter.close() stops listening", () => {
  waiter.close();
  expect(isListening).toBe(false);
});
