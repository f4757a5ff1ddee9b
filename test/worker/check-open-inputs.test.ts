import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { Log } from "../../src/gateway/ports.ts";
import { checkOpenInputs } from "../../worker/check-open-inputs.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

let store: TestStore;
const log = vi.fn<Log>();

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  log.mockReset();
  await store.truncateAll();
});
afterAll(() => store.close());

/** The same action as before, by its name, with this schema. */
function actionWith(input: z.ZodObject, name = "test.refund") {
  return defineAction({ name, description: "Refunds", input, run: async () => undefined });
}

function check(actions: ReturnType<typeof actionWith>[], acceptIncompatible = false): Promise<void> {
  return checkOpenInputs({ store, actions, log, acceptIncompatible });
}

/** Open calls with these amounts. */
function openCalls(...amounts: readonly unknown[]): Promise<string[]> {
  const calls = amounts.map((amount) => ({ action: "test.refund", input: { amount, secret: "hunter22" } }));
  return Promise.all(calls.map((call) => recordInvocation(store.db, call)));
}

test("checkOpenInputs() passes when every open input fits, refinements and waiting ones included", async () => {
  await openCalls(1, 2);
  await check([actionWith(z.object({ amount: z.number().refine(async (amount) => amount > 0) }))]);
  expect(log).not.toHaveBeenCalled();
});

test("checkOpenInputs() refuses schemas that open inputs don't fit: which action, how many calls, and three of them", async () => {
  const ids = await openCalls(1, 2, 3, 4);
  const [other] = [await recordInvocation(store.db, { action: "test.other", input: {} })];
  const refused = check([
    actionWith(z.object({ amount: z.string() })),
    actionWith(z.object({ owner: z.string() }), "test.other"),
    actionWith(z.object({}), "test.fine"),
  ]);
  const error = await refused.then(
    () => undefined,
    (reason: unknown) => reason as Error & { details: { misfits: { ids: string[] }[] } },
  );
  const named = ids.toSorted().slice(0, 3);
  expect(error).toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining(`4 open calls of test.refund (${named.join(", ")}, …)`),
    details: { misfits: expect.arrayContaining([{ action: "test.refund", count: 4, ids: named }]) },
  });
  expect(error?.message).toContain(`1 open call of test.other (${other})`);
  expect(error?.message).toContain("--accept-incompatible");
  expect(error?.message).not.toContain("hunter22");
});

test("checkOpenInputs() only tells of them when that is accepted", async () => {
  await openCalls("many");
  await check([actionWith(z.object({ amount: z.number() }))], true);
  expect(log).toHaveBeenCalledExactlyOnceWith(
    "warn",
    expect.stringMatching(/1 open call of test\.refund \(ivn_\w+\); those that don't fit will be refused/),
    expect.anything(),
  );
});

/** A store with so many open calls of one action, and one call of another that doesn't fit. */
function busyStore(busyCalls: number): Parameters<typeof checkOpenInputs>[0]["store"] {
  const ref = (n: number) => ({ tenant: "acme", id: `ivn_${n}` as InvocationId });
  return {
    openInputs: {
      listActions: async () => ["test.busy", "test.rare"],
      async *read([asked]) {
        if (asked?.name === "test.rare") yield { ref: ref(0), action: "test.rare", input: "{}" };
        else for (let n = 1; n <= busyCalls; n += 1) yield { ref: ref(n), action: "test.busy", input: '{"n":1}' };
      },
    },
  };
}

test.each([1, 100_001])(
  "checkOpenInputs() finds a misfit of one action beside %i open calls of another",
  async (count) => {
    const actions = [
      actionWith(z.object({ n: z.int() }), "test.busy"),
      actionWith(z.object({ n: z.int() }), "test.rare"),
    ];
    const checked = checkOpenInputs({ store: busyStore(count), actions, log, acceptIncompatible: false });
    await expect(checked).rejects.toThrow("1 open call of test.rare (ivn_0)");
  },
);

test("checkOpenInputs() refuses what it couldn't look at to the end, unless that is accepted", async () => {
  const actions = [actionWith(z.object({ n: z.int() }), "test.busy")];
  const check = { store: busyStore(100_001), actions, log, acceptIncompatible: false };
  await expect(checkOpenInputs(check)).rejects.toThrow(
    "test.busy has more open calls of other versions than the 100000",
  );
  await checkOpenInputs({ ...check, acceptIncompatible: true });
  expect(log).toHaveBeenCalledExactlyOnceWith("warn", expect.stringContaining("test.busy has more"), expect.anything());
  await expect(checkOpenInputs({ ...check, store: busyStore(100_000) })).resolves.toBeUndefined();
});

test("checkOpenInputs() counts open inputs that no key opens, and goes on behind them", async () => {
  const [id = ""] = await openCalls(1, "many", 2);
  await store.db.query("update input_revision set input = 'enc1.lost.AAAA' where invocation = $1", [id]);
  await expect(check([actionWith(z.object({ amount: z.number() }))])).rejects.toThrow("1 open call of test.refund");
  const counted = { action: "test.refund", unreadable: 1 };
  expect(log).toHaveBeenCalledExactlyOnceWith("warn", expect.stringContaining("for want of their key"), counted);
});
