import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parseTariff } from "../../../src/core/guards/tariff/parse-tariff.ts";
import { activitiesOf, type Act, type Desk, insertVote, perform, rowOf, setDeadline } from "../desk.ts";
import { answer, approve, balances, call, eventsOf, execute, openGuardDesk } from "./guard-desk.ts";

const budget = { name: "money", limit: 10, unit: "usd", scope: "actor", estimate: "/amount" } as const;

const TARIFF = `
version: test
per: 1M tokens
models: [{ provider: p, model: m, input: 3, cached_input: 0.3, output: 15 }]
tools: { search: 0.01 }
unknown_model: refuse
`;

let desk: Desk;

beforeAll(async () => {
  desk = await openGuardDesk(
    {
      "free.paid": { limits: { budget } },
      "asked.paid": { limits: { budget } },
      "free.generous": { limits: { budget: { ...budget, onExceed: "require_approval" } } },
      "free.once": { limits: { budget }, execution: { mode: "at_most_once" } },
      "free.again": { limits: { budget }, execution: { mode: "idempotent", maxAttempts: 3 } },
      "free.thinking": {
        limits: {
          budget: {
            name: "money",
            limit: 10,
            unit: "usd",
            scope: "actor",
            plan: { provider: "p", model: "m", input: 1_000_000, output: 0 },
          },
        },
      },
      "free.counted": { limits: { budget: { name: "money", limit: 10, unit: "usd", scope: "actor", estimate: 0 } } },
      "free.reckoned": { limits: { budget: { ...budget, estimate: ({ amount = 0 }) => amount * 2 } } },
    },
    { tariff: parseTariff(TARIFF) },
  );
});
afterAll(() => desk.close());
beforeEach(async () => {
  desk.behave = () => ({});
  desk.acts.length = 0;
  await desk.store.db.transaction((tx) => tx.runScript("truncate budget, budget_entry"));
});

const money = async () => (await balances(desk, "money"))["actor"];

test("decideInvocation() reserves the estimate before the call, and its end settles what the call reported", async () => {
  const during: unknown[] = [];
  desk.behave = async ({ context }: Act) => {
    context.cost.add({ usd: 1.25 });
    context.cost.add({ usd: 0.25 });
    return {};
  };
  const pending = await call(desk, { action: "asked.paid", input: { amount: 4 } });
  during.push(await money());
  await approve(desk, pending.ref);
  await execute(desk, pending.ref);
  expect(during).toEqual([{ used: 0, reserved: 4 }]);
  expect(await money()).toEqual({ used: 1.5, reserved: 0 });
  expect(await eventsOf(desk, pending.ref, "guard.settled")).toMatchObject([
    { outcome: "settled", budgets: expect.arrayContaining([expect.objectContaining({ reserved: 4, spent: 1.5 })]) },
  ]);
});

test("settleExecution() settles a call that reports no cost at its estimate, and one that cost nothing at nothing", async () => {
  await call(desk, { action: "free.paid", input: { amount: 4 } });
  expect(await money()).toEqual({ used: 4, reserved: 0 });
  desk.behave = ({ context }: Act) => {
    context.cost.add({ usd: 0 });
    return {};
  };
  await call(desk, { action: "free.paid", input: { amount: 4 } });
  expect(await money()).toEqual({ used: 4, reserved: 0 });
});

test("settleExecution() adds up what failed attempts spent", async () => {
  desk.behave = ({ attempt, context }: Act) => {
    context.cost.add({ usd: 1 });
    if (attempt < 3) throw new Error("Not yet");
    return {};
  };
  const { ref } = await call(desk, { action: "free.again", input: { amount: 5 } });
  await expect(execute(desk, ref)).rejects.toThrow("Not yet");
  await expect(execute(desk, ref, 2)).rejects.toThrow("Not yet");
  await execute(desk, ref, 3);
  expect(await money()).toEqual({ used: 3, reserved: 0 });
});

test("closeRow() releases what was reserved for a call that is rejected, expires or is canceled", async () => {
  const activities = activitiesOf(desk);
  for (const end of ["reject", "expire", "cancel"]) {
    const { ref } = await call(desk, { action: "asked.paid", input: { amount: 8 } });
    expect(await money()).toEqual({ used: 0, reserved: 8 });
    if (end === "reject") await insertVote(desk, ref, { decision: "reject" });
    if (end === "expire") await setDeadline(desk, ref, { column: "decide_by", inMs: -1 });
    await perform(() => activities.recordVotes(ref, { canceled: end === "cancel" }));
    expect(await money()).toEqual({ used: 0, reserved: 0 });
    expect(await eventsOf(desk, ref, "guard.settled")).toMatchObject([{ outcome: "released" }]);
  }
});

test("closeRow() counts a call of which nobody knows how it ended at its estimate, or at what it reported if that is more", async () => {
  for (const [usd, used] of [
    [1, 3],
    [5, 8],
  ] as const) {
    const { ref } = await call(desk, { action: "free.once", input: { amount: 3 } });
    desk.behave = ({ context }: Act) => {
      context.cost.add({ usd });
      throw new Error("Lost on the way");
    };
    await execute(desk, ref);
    expect((await rowOf(desk, ref)).status).toBe("uncertain");
    expect(await money()).toEqual({ used, reserved: 0 });
  }
});

test("settleExecution() counts what an attempt spent that was thought lost and isn't in charge any more", async () => {
  const { ref } = await call(desk, { action: "free.again", input: { amount: 4 } });
  let second: Promise<unknown> | undefined;
  desk.behave = async ({ context }: Act) => {
    desk.behave = ({ context: later }: Act) => {
      later.cost.add({ usd: 1 });
      throw new Error("Not yet");
    };
    second = execute(desk, ref, 2).catch(() => undefined);
    await second;
    context.cost.add({ usd: 6 });
    return {};
  };
  await execute(desk, ref).catch(() => undefined);
  desk.behave = () => ({});
  await execute(desk, ref, 3);
  expect(await money()).toEqual({ used: 7, reserved: 0 });
});

test("decideInvocation() refuses what doesn't fit any more, with the numbers, and reserves nothing of it", async () => {
  await call(desk, { action: "free.paid", input: { amount: 7 } });
  const { error, status } = await call(desk, { action: "free.paid", input: { amount: 4 } });
  expect(status).toBe("denied");
  expect(error).toMatchObject({
    ...{ code: "budget_exceeded", retryable: true },
    details: { name: "money", scope: "actor", limit: 10, used: 7, reserved: 0, requested: 4 },
  });
  expect(await money()).toEqual({ used: 7, reserved: 0 });
});

test("decideInvocation() refuses an input that has no amount where the estimate is read", async () => {
  for (const input of [{}, { amount: -1 }])
    expect(await answer(desk, { action: "free.paid", input })).toBe("invalid_input");
  expect(await answer(desk, { action: "free.reckoned", input: { amount: 5 } })).toBe("executed");
  expect(await money()).toEqual({ used: 10, reserved: 0 });
});

test("decideInvocation() asks a person where only a person may exceed a budget, and reserves when the action starts", async () => {
  await call(desk, { action: "free.generous", input: { amount: 9 } });
  const { ref, status } = await call(desk, { action: "free.generous", input: { amount: 5 } });
  expect(status).toBe("pending");
  expect(JSON.parse((await rowOf(desk, ref)).verdict ?? "")).toMatchObject({ effect: "require_approval" });
  expect(await money()).toEqual({ used: 9, reserved: 0 });
  const lead = await desk.caller({ subject: "lead", roles: ["approver"] });
  await insertVote(desk, ref, { voter: lead.principal.subject });
  await perform(() => activitiesOf(desk).recordVotes(ref, { canceled: false }));
  let during: unknown;
  desk.behave = async () => {
    during = await money();
    return {};
  };
  await execute(desk, ref);
  expect(during).toEqual({ used: 9, reserved: 5 });
  expect(await money()).toEqual({ used: 14, reserved: 0 });
});

test("decideInvocation() lets parallel calls reserve no more than there is", async () => {
  const calls = Array.from({ length: 16 }, () => answer(desk, { action: "asked.paid", input: { amount: 1 } }));
  const answers = await Promise.all(calls);
  expect(answers.filter((status) => status === "pending")).toHaveLength(10);
  expect(answers.filter((code) => code === "budget_exceeded")).toHaveLength(6);
  expect(await money()).toEqual({ used: 0, reserved: 10 });
});

test("reclaimOverdue() frees what a killed tree left reserved, once, and a late end still counts what was spent", async () => {
  const { ref } = await call(desk, { action: "free.again", input: { amount: 6 } });
  await desk.store.db.query("update budget_entry set expires_at = ms_now() - interval '1 second'");
  const reclaim = () => desk.store.transaction((tx) => tx.budgets.reclaimOverdue(10));
  const reclaimed = [...(await reclaim()), ...(await reclaim())];
  expect(reclaimed).toHaveLength(1);
  expect(await money()).toEqual({ used: 0, reserved: 0 });
  await execute(desk, ref);
  expect(await money()).toEqual({ used: 6, reserved: 0 });
});

test("runAction() prices what models and tools were used for by the tariff, and a plan before the call", async () => {
  const during: unknown[] = [];
  desk.behave = async ({ context: { cost } }: Act) => {
    during.push(await money());
    cost.tokens({ provider: "p", model: "m", input: 200_000, cachedInput: 100_000, output: 10_000 });
    cost.tool("search", 3);
    return {};
  };
  await call(desk, { action: "free.thinking" });
  expect(during).toEqual([{ used: 0, reserved: 3 }]);
  expect(await money()).toEqual({ used: 0.51, reserved: 0 });

  desk.behave = ({ context: { cost } }: Act) => cost.tokens({ provider: "p", model: "unknown", input: 1, output: 1 });
  await expect(call(desk, { action: "free.counted" })).rejects.toThrow(/tariff/);
});

test("settleExecution() charges only what was reported where a call is reckoned to cost nothing", async () => {
  await call(desk, { action: "free.counted" });
  expect(await money()).toEqual({ used: 0, reserved: 0 });
  desk.behave = ({ context: { cost } }: Act) => {
    cost.add({ usd: 2 });
    return {};
  };
  await call(desk, { action: "free.counted" });
  expect(await money()).toEqual({ used: 2, reserved: 0 });
});
