import { describe, expect, expectTypeOf, it, test } from "vitest";
import { createClient } from "../../src/client/create-client.ts";
import type { BudgetOptions } from "../../src/client/budget.ts";
import { createMeter } from "../../src/client/meter.ts";
import type { ReservationView } from "../../src/contract/guards.ts";
import { buildProblem } from "./wire-answers.ts";
import { type CannedAnswer, startWireServer } from "./wire-server.ts";

const ID = "rsv_00000000000000000000000000";
const HELD: ReservationView = {
  ...{ id: ID, status: "reserved", unit: "usd", amount: 0.05 },
  ...{ expiresAt: "2026-01-01T00:10:00.000Z", balances: [] },
};
const RESERVED: CannedAnswer = { status: 201, body: HELD };
const CLOSED: CannedAnswer = { status: 200, body: { ...HELD, status: "settled", spent: 0.03 } };

/** A budget at a server that gives these answers, and what the server saw. */
async function connect(place: BudgetOptions, ...answers: readonly CannedAnswer[]) {
  const { url, seen } = await startWireServer(...answers);
  return { budget: createClient({ baseUrl: url, apiKey: "k" }).budget(place), seen };
}

describe("budget.reserve()", () => {
  it("sends the place and the amount with a key of its own, and gives a handle", async () => {
    const { budget, seen } = await connect({ name: "llm", run: "r1", part: "search", per: "day", limit: 5 }, RESERVED);
    const reservation = await budget.reserve(0.05, { ttlMs: 60_000 });
    expect(reservation).toMatchObject({ id: ID, status: "reserved", amount: 0.05 });
    expect(seen[0]).toMatchObject({ method: "POST", url: "/v1/budgets/reservations" });
    expect(seen[0]?.body).toEqual({
      ...{ name: "llm", run: "r1", part: "search", per: "day", limit: 5 },
      ...{ amount: 0.05, ttlMs: 60_000 },
    });
    expect(seen[0]?.headers["idempotency-key"]).toMatch(/^reserve-/);
  });

  it("asks again with the same key when the answer is lost", async () => {
    const { budget, seen } = await connect({ name: "llm" }, "drop", RESERVED);
    await budget.reserve(1, { idempotencyKey: "mine" });
    expect(seen.map(({ headers }) => headers["idempotency-key"])).toEqual(["mine", "mine"]);
  });

  it("throws budget_exceeded with the limit in its details", async () => {
    const details = { scope: "run", limit: 1, used: 0.9, reserved: 0.1, requested: 0.05 };
    const { budget } = await connect({ name: "llm" }, buildProblem(402, "budget_exceeded", details));
    await expect(budget.reserve(0.05)).rejects.toMatchObject({ code: "budget_exceeded", status: 402, details });
  });
});

test("reservation.settle() and release() name the reservation, and on whose behalf it was made", async () => {
  const { budget, seen } = await connect({ name: "llm", onBehalfOf: "ada" }, RESERVED, CLOSED);
  const reservation = await budget.reserve(1);
  const settled = await reservation.settle({ usd: 0.03, usage: { provider: "p", model: "m", input: 1, output: 2 } });
  expect(settled).toMatchObject({ status: "settled", spent: 0.03 });
  await reservation.settle();
  await reservation.release();
  expect(seen.slice(1).map(({ method, url, body }) => [method, url, body])).toEqual([
    [
      "POST",
      `/v1/budgets/reservations/${ID}/settle?onBehalfOf=ada`,
      { usd: 0.03, usage: [{ provider: "p", model: "m", input: 1, output: 2 }] },
    ],
    ["POST", `/v1/budgets/reservations/${ID}/settle?onBehalfOf=ada`, {}],
    ["DELETE", `/v1/budgets/reservations/${ID}?onBehalfOf=ada`, undefined],
  ]);
});

test("reservation.settle() is sent again when its answer is lost", async () => {
  const { budget, seen } = await connect({ name: "llm" }, RESERVED, "drop", CLOSED);
  await (await budget.reserve(1)).settle({ usd: 1 });
  expect(seen.map(({ method }) => method)).toEqual(["POST", "POST", "POST"]);
});

test("budget.read() asks for the place and gives its accounts", async () => {
  const balance = { name: "llm", unit: "tokens", scope: "tenant", used: 1, reserved: 0 };
  const place = { name: "a/b", unit: "tokens", run: "r 1" } as const;
  const { budget, seen } = await connect(place, { status: 200, body: { items: [balance] } });
  expect(await budget.read()).toEqual([balance]);
  expect(seen[0]).toMatchObject({ method: "GET", url: "/v1/budgets/a%2Fb?unit=tokens&run=r+1" });
});

describe("budget.spend()", () => {
  const refuse = () => Promise.reject(new Error("No model answered"));

  it("settles with the sum of what was reported and gives the result", async () => {
    const { budget, seen } = await connect({ name: "llm" }, RESERVED, CLOSED);
    const result = await budget.spend(0.05, (report) => {
      report({ usd: 0.01, usage: { provider: "p", model: "m", input: 10, cachedInput: 4, output: 1 } });
      report({ usd: 0.02, units: 3, usage: [{ provider: "p", model: "m", input: 5, output: 1 }] });
      return "answer";
    });
    expectTypeOf(result).toEqualTypeOf<string>();
    expect(result).toBe("answer");
    expect(seen[1]?.body).toEqual({
      ...{ usd: 0.03, units: 3 },
      usage: [{ provider: "p", model: "m", input: 15, cachedInput: 4, output: 2 }],
    });
  });

  it("settles at the estimate when nothing was reported", async () => {
    const { budget, seen } = await connect({ name: "llm" }, RESERVED, CLOSED);
    await budget.spend(0.05, () => undefined);
    expect(seen[1]).toMatchObject({ method: "POST", body: {} });
  });

  it("doesn't work when the budget is exceeded", async () => {
    const { budget } = await connect({ name: "llm" }, buildProblem(402, "budget_exceeded"));
    const work = () => expect.unreachable("The work was begun");
    await expect(budget.spend(0.05, work)).rejects.toMatchObject({ code: "budget_exceeded" });
  });

  it("releases when the work throws and had reported nothing, and throws the work's error", async () => {
    const { budget, seen } = await connect({ name: "llm" }, RESERVED, CLOSED);
    await expect(budget.spend(0.05, refuse)).rejects.toThrow("No model answered");
    expect(seen[1]).toMatchObject({ method: "DELETE", url: `/v1/budgets/reservations/${ID}` });
  });

  it("settles with what was reported when the work throws after it", async () => {
    const { budget, seen } = await connect({ name: "llm" }, RESERVED, CLOSED);
    const spent = budget.spend(0.05, (report) => {
      report({ usd: 0.04 });
      return refuse();
    });
    await expect(spent).rejects.toThrow("No model answered");
    expect(seen[1]).toMatchObject({ method: "POST", body: { usd: 0.04 } });
  });

  it("throws the work's error even when the reservation can't be closed", async () => {
    const { budget } = await connect({ name: "llm" }, RESERVED, buildProblem(404, "not_found"));
    await expect(budget.spend(0.05, refuse)).rejects.toThrow("No model answered");
  });

  it("counts the estimate when the cost is refused, and its error isn't retryable", async () => {
    const unpriced = buildProblem(422, "invalid_request");
    const { budget, seen } = await connect({ name: "llm" }, RESERVED, unpriced, CLOSED);
    const usage = { provider: "p", model: "unknown", input: 1, output: 1 };
    const spent = budget.spend(0.05, (report) => report({ usage }));
    await expect(spent).rejects.toMatchObject({ code: "invalid_request", retryable: false });
    expect(seen.slice(1).map(({ body }) => body)).toEqual([{ usage: [usage] }, {}]);
  });
});

describe("meter.report()", () => {
  it.each([
    { usd: -1 },
    { tokens: Number.NaN },
    { units: Number.POSITIVE_INFINITY },
    { usage: { provider: "p", model: "m", input: 1.5, output: 0 } },
    { usage: [{ provider: "p", model: "m", input: 1, output: -1 }] },
  ])("throws for %j, which is then not counted", (cost) => {
    const meter = createMeter();
    expect(() => meter.report(cost)).toThrow(expect.objectContaining({ code: "invalid_request" }));
    expect(meter.close()).toBeUndefined();
  });

  it("throws once the meter is closed: the cost would be lost", () => {
    const meter = createMeter();
    expect(meter.close()).toBeUndefined();
    expect(() => meter.report({ usd: 1 })).toThrow("after the work was settled");
  });

  it("keeps models apart and gives no more usages than there are models", () => {
    const meter = createMeter();
    for (let call = 0; call < 500; call += 1) {
      meter.report({ usage: { provider: "p", model: `m${call % 2}`, input: 1, output: 1 } });
    }
    expect(meter.close()?.usage).toEqual([
      { provider: "p", model: "m0", input: 250, output: 250 },
      { provider: "p", model: "m1", input: 250, output: 250 },
    ]);
  });
});
