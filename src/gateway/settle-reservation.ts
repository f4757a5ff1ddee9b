import type { ReportedCost, ReservationView } from "../contract/guards.ts";
import type { BudgetUnit, TokenUsage } from "../contract/policy.ts";
import type { Principal } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { addSpent, type Spent, toMicros } from "../core/guards/amounts.ts";
import { describeSettled } from "../core/guards/budget-accounts.ts";
import type { Tariff } from "../core/guards/tariff.ts";
import type { TransactionTables } from "../store/store.ts";
import { findDeclaredBudgets } from "./declared-budgets.ts";
import type { GatewayPorts } from "./ports.ts";
import { notFound } from "./read-invocations.ts";
import { areEntries, type Entries, viewReservation } from "./reservation-views.ts";

/** A reservation and who closes it. */
export interface Settling {
  readonly id: string;
  /** Whose it must be. */
  readonly actor: Principal;
  /** Subject of the caller. */
  readonly principal: string;
}

/** A reservation as it stands, and whether this very call counted a cost after it had been reclaimed. */
interface Settled {
  readonly entries: Entries;
  readonly isLate: boolean;
}

const ID_SHAPE = /^rsv_[0-9a-f]{32}$/;

/**
 * Counts what was spent, once: a reservation that is settled or released stays as it is.
 * @throws not_found, and invalid_request for usage that the tariff has no price for
 */
export async function settle(ports: GatewayPorts, settling: Settling, cost: ReportedCost): Promise<ReservationView> {
  const settled = await ports.store.transaction(async (tx): Promise<Settled> => {
    const before = await lockOwn(tx, settling);
    const spent = spentOf(before[0].unit, cost, ports.tariff);
    const { tenant } = settling.actor;
    const closed = await tx.budgets.settle(tenant, settling.id, spent === undefined ? "estimate" : spent);
    if (closed.length === 0) return { entries: before, isLate: false };
    const isLate = before.some(({ state }) => state === "reclaimed");
    await record(tx, settling, {
      outcome: "settled",
      budgets: closed.map(describeSettled),
      ...(isLate ? { late: true } : {}),
    });
    return { entries: await findOwn(tx, settling), isLate };
  });
  return view(ports, settling, settled);
}

/** Frees what is still reserved. @throws not_found */
export async function release(ports: GatewayPorts, settling: Settling): Promise<ReservationView> {
  const entries = await ports.store.transaction(async (tx) => {
    const before = await lockOwn(tx, settling);
    if (before.every(({ state }) => state !== "reserved")) return before;
    await tx.budgets.release(settling.actor.tenant, settling.id);
    await record(tx, settling, { outcome: "released" });
    return findOwn(tx, settling);
  });
  return view(ports, settling, { entries, isLate: false });
}

/** The reservation, with its accounts locked: from then on nobody else closes it. What is overdue in them is reclaimed by then. */
async function lockOwn(tx: TransactionTables, settling: Settling): Promise<Entries> {
  await tx.budgets.lock(settling.actor.tenant, await findOwn(tx, settling));
  return findOwn(tx, settling);
}

/** Another's reservation, and one of an invocation, which no door closes, answer as one that doesn't exist. */
async function findOwn(tx: TransactionTables, { id, actor }: Settling): Promise<Entries> {
  const entries = ID_SHAPE.test(id) ? await tx.budgets.entries(actor.tenant, id) : [];
  if (!areEntries(entries) || entries[0].actor !== actor.subject) throw notFound();
  return entries;
}

/** What a cost comes to in one unit; undefined when it says nothing of that unit. */
function spentOf(unit: BudgetUnit, cost: ReportedCost, tariff: Tariff | undefined): Spent | undefined {
  const told = cost[unit];
  const amounts = told === undefined ? [] : [{ [unit]: toMicros(told) }];
  const usages = (cost.usage ?? []).flatMap((usage) => priceUsage(unit, usage, tariff));
  const all: readonly Spent[] = [...amounts, ...usages];
  return all.length === 0 ? undefined : all.reduce(addSpent, {});
}

/** What a usage comes to in one unit; nothing where it says nothing of it, and in dollars without a tariff. */
function priceUsage(unit: BudgetUnit, usage: TokenUsage, tariff: Tariff | undefined): readonly Spent[] {
  if (unit === "tokens") return [{ tokens: toMicros(usage.input + usage.output) }];
  if (unit === "units" || tariff === undefined) return [];
  const usd = tariff.priceUsage(usage);
  if (usd === undefined)
    throw new CountersignError("invalid_request", "The tariff has no price for a usage that was reported");
  return [{ usd }];
}

async function record(
  tx: TransactionTables,
  { id, actor, principal }: Settling,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  const event = { type: "guard.settled", principal, actor: actor.subject } as const;
  await tx.audit.append(actor.tenant, [{ ...event, data: { guard: "budget", reservation: id, ...data } }]);
}

/** What was done stays done when the limits can't be found: then the answer shows none. */
async function view(
  ports: GatewayPorts,
  { id, actor }: Settling,
  { entries, isLate }: Settled,
): Promise<ReservationView> {
  const terms = await findDeclaredBudgets(ports, actor.tenant, entries[0]).catch((error: unknown) => {
    ports.log("warn", "The limits of a budget could not be found", { reservation: id, error });
    return [];
  });
  return viewReservation(id, entries, { terms, isLate });
}
