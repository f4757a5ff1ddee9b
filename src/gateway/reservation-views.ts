import type { BudgetBalance, ReservationView } from "../contract/guards.ts";
import { fromMicros } from "../core/guards/amounts.ts";
import { showBalance } from "../core/guards/budget-accounts.ts";
import type { BudgetTerm } from "../core/guards/budget.ts";
import type { BudgetEntryRow } from "../store/budget-reads.ts";
import { limitAt } from "./declared-budgets.ts";
import { toWireTime } from "./views.ts";

/** The entries of one reservation, the innermost first. */
export type Entries = readonly [BudgetEntryRow, ...BudgetEntryRow[]];

/** Whether there is a reservation at all. */
export function areEntries(rows: readonly BudgetEntryRow[]): rows is Entries {
  return rows.length > 0;
}

/** A reservation as doors show it, with what is left under these limits in the accounts that it stands in. */
export function viewReservation(
  id: string,
  entries: Entries,
  { terms, isLate = false }: { readonly terms: readonly BudgetTerm[]; readonly isLate?: boolean },
): ReservationView {
  const [{ unit, amount, spent, expires_at: expiresAtMs }] = entries;
  return {
    id,
    status: statusOf(entries),
    unit,
    amount: fromMicros(amount),
    ...(spent === null ? {} : { spent: fromMicros(spent) }),
    ...(isLate ? { late: true } : {}),
    expiresAt: toWireTime(expiresAtMs),
    balances: entries.map((entry): BudgetBalance =>
      showBalance({ ...entry, limitMicros: limitAt(terms, entry) }, entry),
    ),
  };
}

/** Accounts are closed together, but reclaimed each by itself: what was done to one was meant for all. */
function statusOf(entries: Entries): ReservationView["status"] {
  const isSome = (state: BudgetEntryRow["state"]): boolean => entries.some((entry) => entry.state === state);
  if (isSome("settled")) return "settled";
  if (isSome("released")) return "released";
  return isSome("reclaimed") ? "reclaimed" : "reserved";
}
