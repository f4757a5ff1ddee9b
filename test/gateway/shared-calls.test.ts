import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import { createSharedCalls } from "../../src/gateway/shared-calls.ts";

const ref = { tenant: "default", id: "ivn_1" as InvocationId };
const other = { tenant: "default", id: "ivn_2" as InvocationId };

/** Shared calls that a test answers by hand, one after the other. */
function startCalls() {
  const calls: { id: string; items: readonly string[]; answer: (result: string) => void; fail: () => void }[] = [];
  const shared = createSharedCalls<string, string>(
    ({ id }, items) =>
      new Promise((resolve, reject) => {
        calls.push({ id, items, answer: resolve, fail: () => reject(new Error("The store is away")) });
      }),
  );
  return { calls, shared };
}

test("createSharedCalls() makes one call for all who come at the same time", async () => {
  const { calls, shared } = startCalls();
  const results = Promise.all(["a", "b", "a"].map((item) => shared.join(ref, item)));
  await setImmediate();
  expect(calls.map(({ items }) => items)).toEqual([["a", "b"]]);
  calls[0]?.answer("done");
  expect(await results).toEqual(["done", "done", "done"]);
});

test("createSharedCalls() lets whoever comes while a call is under way share the next, which begins after it", async () => {
  const { calls, shared } = startCalls();
  const first = shared.join(ref, "a");
  await setImmediate();
  const late = [shared.join(ref, "b"), shared.join(ref, "c")];
  await setImmediate();
  expect(calls).toHaveLength(1);
  calls[0]?.answer("old");
  expect(await first).toBe("old");
  await setImmediate();
  expect(calls.map(({ items }) => items)).toEqual([["a"], ["b", "c"]]);
  calls[1]?.answer("new");
  expect(await Promise.all(late)).toEqual(["new", "new"]);
});

test("createSharedCalls() keeps invocations and tenants apart", async () => {
  const { calls, shared } = startCalls();
  const joined = [ref, other, { ...ref, tenant: "acme" }].map((place) => shared.join(place, "a"));
  await setImmediate();
  expect(calls.map(({ id }) => id)).toEqual(["ivn_1", "ivn_2", "ivn_1"]);
  for (const call of calls) call.answer(call.id);
  expect(await Promise.all(joined)).toEqual(["ivn_1", "ivn_2", "ivn_1"]);
});

test("createSharedCalls() fails for all who share a call, and not for those who come after", async () => {
  const { calls, shared } = startCalls();
  const failing = Promise.allSettled([shared.join(ref, "a"), shared.join(ref, "b")]);
  await setImmediate();
  const next = shared.join(ref, "c");
  calls[0]?.fail();
  expect((await failing).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await setImmediate();
  calls[1]?.answer("done");
  expect(await next).toBe("done");
});
