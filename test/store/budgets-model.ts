import fc from "fast-check";
import { expect, test } from "vitest";
import { createBudgetTable } from "../../src/store/budgets.ts";
import type { Db } from "../../src/store/db.ts";
import "../support/fast-check.ts";
import { claimsOf, expire, tryReserve } from "./budget-calls.ts";

/** Something that happens to one of a few reservations. */
type Step =
  | { readonly kind: "reserve"; readonly id: string; readonly run: string; readonly amount: number }
  | { readonly kind: "settle"; readonly id: string; readonly spent: number | undefined }
  | { readonly kind: "release" | "expire" | "reclaim"; readonly id: string };

/** A reservation in one account, as the model has it. */
interface Entry {
  readonly id: string;
  /** The run's id for a run, else the scope. */
  readonly account: string;
  readonly amount: number;
  state: "reserved" | "settled" | "released" | "reclaimed";
  spent: number;
  isOverdue: boolean;
}

/** Of the tenant, in the unit. */
const LIMIT = 10;

const OUTER_ACCOUNTS = ["actor", "tenant"];

const id = fc.constantFrom("a", "b", "c", "d", "e");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ kind: fc.constant("reserve" as const), id },
      ...{ run: fc.constantFrom("r1", "r2"), amount: fc.integer({ min: 0, max: 6 }) },
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ kind: fc.constant("settle" as const), id },
      spent: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("release", "expire", "reclaim"), id }) },
);

/** Random histories of reservations, compared with a model that keeps nothing but a list of entries. */
export function describeBudgetModel(db: () => Db): void {
  test("createBudgetTable() in any order of its calls keeps the sums of a simple model", async () => {
    const histories = fc.array(step, { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        await db().query("truncate budget, budget_entry");
        const model: Entry[] = [];
        for (const next of steps) {
          await play(db(), model, next);
          await compare(db(), model);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
}

async function play(db: Db, model: Entry[], next: Step): Promise<void> {
  const own = model.filter((entry) => entry.id === next.id);
  const inTransaction = <Result>(work: (budgets: ReturnType<typeof createBudgetTable>) => Promise<Result>) =>
    db.transaction((tx) => work(createBudgetTable(tx)));
  switch (next.kind) {
    case "reserve":
      return own.length > 0 ? undefined : playReserve(db, model, next);
    case "settle": {
      const { spent } = next;
      const open = own.filter(({ state }) => state === "reserved" || state === "reclaimed");
      for (const entry of open) Object.assign(entry, { state: "settled", spent: spent ?? entry.amount });
      const told = spent === undefined ? "estimate" : { usd: spent * 1e6 };
      expect(await inTransaction((budgets) => budgets.settle("acme", next.id, told))).toHaveLength(open.length);
      return;
    }
    case "release":
      for (const entry of own) {
        if (entry.state === "reserved") entry.state = entry.isOverdue ? "reclaimed" : "released";
      }
      return inTransaction((budgets) => budgets.release("acme", next.id));
    case "expire":
      for (const entry of own) entry.isOverdue = true;
      return expire(db, next.id);
    case "reclaim": {
      const ids = reclaimIn(model)
        .filter(({ account }) => account.startsWith("r"))
        .map((entry) => entry.id);
      const told = await inTransaction((budgets) => budgets.reclaimOverdue(100));
      expect(told.map(({ reservation }) => reservation)).toEqual(ids.toSorted());
    }
  }
}

async function playReserve(
  db: Db,
  model: Entry[],
  { id: reservation, run, amount }: Step & { kind: "reserve" },
): Promise<void> {
  const accounts = [run, ...OUTER_ACCOUNTS];
  reclaimIn(model.filter(({ account }) => OUTER_ACCOUNTS.includes(account)));
  const { used, reserved } = sumOf(model, "tenant");
  const claims = claimsOf([{ name: "mail", unit: "usd", limit: LIMIT, estimate: amount }], { run });
  const passed = await tryReserve(db, claims, { reservation });
  expect(passed).toBe(used + reserved + amount <= LIMIT);
  if (!passed) return;
  for (const account of accounts) {
    model.push({ id: reservation, account, amount, state: "reserved", spent: 0, isOverdue: false });
  }
}

/** Marks what is overdue as reclaimed, and gives it. */
function reclaimIn(entries: readonly Entry[]): readonly Entry[] {
  const overdue = entries.filter(({ state, isOverdue }) => state === "reserved" && isOverdue);
  for (const entry of overdue) entry.state = "reclaimed";
  return overdue;
}

function sumOf(model: readonly Entry[], account: string): { used: number; reserved: number } {
  const entries = model.filter((entry) => entry.account === account);
  const sum = (members: readonly Entry[], amountOf: (entry: Entry) => number) =>
    members.reduce((total, entry) => total + amountOf(entry), 0);
  return {
    used: sum(entries, ({ spent }) => spent),
    reserved: sum(
      entries.filter(({ state }) => state === "reserved"),
      ({ amount }) => amount,
    ),
  };
}

/** Every account is the sum of its entries, and in the database as in the model. */
async function compare(db: Db, model: readonly Entry[]): Promise<void> {
  const rows = await db.query<{ account: string; used: number; reserved: number; spent: number; held: number }>(
    `select coalesce(b.label::json ->> 'run', b.scope) as account, b.used, b.reserved,
       coalesce(sum(e.spent), 0)::bigint as spent,
       coalesce(sum(e.amount) filter (where e.state = 'reserved'), 0)::bigint as held
     from budget b left join budget_entry e on e.tenant = b.tenant and e.key = b.key
     group by b.tenant, b.key`,
  );
  for (const { account, used, reserved, spent, held } of rows) {
    const expected = sumOf(model, account);
    expect({ account, used, reserved }).toEqual({
      account,
      used: expected.used * 1e6,
      reserved: expected.reserved * 1e6,
    });
    expect({ account, used, reserved }).toEqual({ account, used: spent, reserved: held });
  }
}
