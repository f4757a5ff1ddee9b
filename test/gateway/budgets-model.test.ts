import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { BudgetPlace } from "../../src/contract/guards.ts";
import { CountersignError } from "../../src/core/countersign-error.ts";
import "../support/fast-check.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { type BudgetGateway, limitByPolicy, openBudgetGateway, placeOf, requestOf } from "./budget-gateway.ts";

/** What the tenant and each actor may spend, by policy; each step adds a limit of its own at its innermost account. */
const DECLARED = { tenant: 12, actor: 9 };

const places = fc.constantFrom<Partial<BudgetPlace>>(
  {},
  { run: "r1" },
  { run: "r2" },
  { run: "r1", part: "p" },
  { part: "p" },
);
/** Reserves at a place, under a limit of its own. */
interface ReserveStep {
  readonly kind: "reserve";
  readonly place: Partial<BudgetPlace>;
  readonly amount: number;
  readonly limit: number;
}

/** Does something to a reservation that was made before; `spent` is what it is settled with. */
interface CloseStep {
  readonly kind: "settle" | "release" | "expire";
  readonly at: number;
  readonly spent: number;
}

const reserveSteps: fc.Arbitrary<ReserveStep> = fc.record({
  kind: fc.constant("reserve" as const),
  place: places,
  amount: fc.integer({ min: 0, max: 6 }),
  limit: fc.integer({ min: 1, max: 9 }),
});
const closeSteps: fc.Arbitrary<CloseStep> = fc.record({
  kind: fc.constantFrom("settle" as const, "release" as const, "expire" as const),
  at: fc.nat(9),
  spent: fc.integer({ min: 0, max: 8 }),
});

/** A reservation as a list of spendings would have it. */
interface Held {
  readonly id: string;
  readonly place: Partial<BudgetPlace>;
  readonly amount: number;
  state: "reserved" | "settled" | "released" | "reclaimed";
  spent: number;
}

let store: TestStore;
let gateway: BudgetGateway;
let held: Held[];

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  gateway = await openBudgetGateway(store);
  await limitByPolicy(
    gateway,
    { name: "llm", limit: DECLARED.tenant, unit: "usd", estimate: 1 },
    { name: "llm", limit: DECLARED.actor, unit: "usd", scope: "actor", estimate: 1 },
  );
});

/** Accounts from the innermost to the tenant's, each with what lies within it. */
function levelsOf({ run, part }: Partial<BudgetPlace>): readonly ((other: Partial<BudgetPlace>) => boolean)[] {
  return [
    ...(part === undefined ? [] : [(other: Partial<BudgetPlace>) => other.run === run && other.part === part]),
    ...(run === undefined ? [] : [(other: Partial<BudgetPlace>) => other.run === run]),
    () => true,
    () => true,
  ];
}

function sumOf(isWithin: (place: Partial<BudgetPlace>) => boolean) {
  const within = held.filter(({ place }) => isWithin(place));
  const used = within.reduce((sum, { spent }) => sum + spent, 0);
  const reserved = within.reduce((sum, { state, amount }) => sum + (state === "reserved" ? amount : 0), 0);
  return { used, reserved };
}

async function reserve({ place, amount, limit }: ReserveStep): Promise<void> {
  const levels = levelsOf(place);
  const limits = levels.map((_, index) => {
    const declared = [DECLARED.tenant, DECLARED.actor][levels.length - 1 - index] ?? Infinity;
    return index === 0 ? Math.min(declared, limit) : declared;
  });
  const fits = levels.every((isWithin, index) => {
    const { used, reserved } = sumOf(isWithin);
    return used + reserved + amount <= (limits[index] ?? Infinity);
  });
  try {
    const { id } = await gateway.reserveBudget(gateway.agent, requestOf({ ...place, amount, limit }));
    expect(fits).toBe(true);
    held.push({ id, place, amount, state: "reserved", spent: 0 });
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    expect([error.code, fits]).toEqual(["budget_exceeded", false]);
  }
}

async function close(step: CloseStep): Promise<void> {
  const one = held[step.at % Math.max(held.length, 1)];
  if (one === undefined) return;
  const { id } = one;
  if (step.kind === "expire") {
    await store.db.query("update budget_entry set expires_at = ms_now() - interval '1 second' where reservation = $1", [
      id,
    ]);
    await store.transaction((tx) => tx.budgets.reclaimOverdue(100));
    if (one.state === "reserved") one.state = "reclaimed";
  } else if (step.kind === "release") {
    await gateway.releaseReservation(gateway.agent, { id });
    if (one.state === "reserved") one.state = "released";
  } else {
    await gateway.settleReservation(gateway.agent, { id }, { usd: step.spent });
    if (one.state === "reserved" || one.state === "reclaimed")
      Object.assign(one, { state: "settled", spent: step.spent });
  }
}

test("Balances of every nested account are those of a plain list of spendings, whatever was done", async () => {
  const property = fc
    .asyncProperty(fc.array(fc.oneof(reserveSteps, closeSteps), { minLength: 3, maxLength: 14 }), async (list) => {
      for (const step of list) await (step.kind === "reserve" ? reserve(step) : close(step));
      for (const place of [{ run: "r1", part: "p" }, { run: "r2" }, { part: "p" }] as const) {
        const balances = await gateway.readBudget(gateway.agent, placeOf(place));
        const expected = levelsOf(place).map(sumOf);
        expect(balances.map(({ used, reserved }) => ({ used, reserved }))).toEqual(expected);
      }
    })
    .beforeEach(async () => {
      held = [];
      await store.db.query("delete from budget_entry");
      await store.db.query("delete from budget");
    });
  await fc.assert(property, { numRuns: 40 });
});
