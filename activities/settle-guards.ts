import { describeClaim, describeSettled } from "../src/core/guards/budget-accounts.ts";
import { budgetClaimsOf } from "../src/core/guards/budget.ts";
import { chargesOf, type GuardCharges, limitsOf, reservationOf } from "../src/core/guards/charges.ts";
import { judgeBudgets } from "../src/core/guards/judge-budgets.ts";
import { type GuardRefusal, isRefusal } from "../src/core/guards/refusal.ts";
import type { AuditEntry } from "../src/store/audit.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { guardedCallOf } from "./admit-call.ts";
import { eventOf } from "./event-of.ts";
import type { ActivityPorts } from "./ports.ts";

/** What an invocation came to cost: what its attempts spent, or nothing because none ran. */
export type Cost = "incurred" | "none";

/**
 * Settles what an invocation has reserved, in the transaction that closes it.
 * @returns what to record; none when nothing was reserved
 */
export async function settleGuards(
  tx: TransactionTables,
  row: LockedInvocation,
  { charges, cost }: { readonly charges: GuardCharges | undefined; readonly cost: Cost },
): Promise<readonly AuditEntry[]> {
  if (charges?.reservedRound === undefined) return [];
  const reservation = reservationOf(row.id, charges.reservedRound);
  if (cost === "none") {
    await tx.budgets.release(row.tenant, reservation);
    return [eventOf(row, "guard.settled", { guard: "budget", outcome: "released" })];
  }
  const { spent, isWhole } = await tx.executions.sumSpent(row);
  // What an attempt spent that never reported is not known: then the call counts at its estimate at least.
  const entries = await tx.budgets.settle(row.tenant, reservation, isWhole ? spent : { atLeast: spent });
  const data = { guard: "budget", outcome: "settled", budgets: entries.map(describeSettled) };
  return [eventOf(row, "guard.settled", data)];
}

/**
 * Reserves what a person let go beyond its budgets, when the action starts; nothing where no budget was exceeded.
 * A limit that nobody may be asked to exceed is held now too: others may have spent meanwhile.
 */
export async function reserveGranted(
  { tariff }: ActivityPorts,
  tx: TransactionTables,
  { row, holdMs }: { readonly row: LockedInvocation; readonly holdMs: number },
): Promise<{ readonly charges: GuardCharges; readonly event: AuditEntry } | GuardRefusal | undefined> {
  const charges = chargesOf(row);
  if (charges?.exceeds === undefined || charges.reservedRound !== undefined) return undefined;
  // The day or month may be another one than when the person was asked.
  const options = { nowMs: row.now, priceUsage: tariff?.priceUsage };
  const current = budgetClaimsOf(limitsOf(row)?.budget ?? [], guardedCallOf(row), options);
  const claims = isRefusal(current) ? charges.exceeds : current;
  const accounts = claims.map((claim) => claim.account);
  const shortfall = judgeBudgets(claims, await tx.budgets.lock(row.tenant, accounts));
  if (shortfall?.mayAsk === false) return shortfall.refusal;
  const reservation = reservationOf(row.id, row.round);
  await tx.budgets.reserve(row.tenant, { reservation, claims, expiresAtMs: row.now + holdMs });
  const event = eventOf(row, "guard.reserved", { budgets: claims.map(describeClaim), exceeded: true });
  return { charges: { ...charges, reservedRound: row.round }, event };
}
