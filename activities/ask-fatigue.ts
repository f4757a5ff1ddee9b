import type { FatigueLimit, FatigueLimits } from "../src/contract/approval-terms.ts";
import { FATIGUE_WINDOW_MS, judgeFatigue, type RequestCount } from "../src/core/guards/fatigue.ts";
import type { GuardRefusal } from "../src/core/guards/refusal.ts";
import type { TransactionTables } from "../src/store/store.ts";

/** A request for approval that is about to be opened. */
export interface AskedRequest {
  readonly tenant: string;
  /** The actor of the call. */
  readonly requester: string;
  /** The names that the request is put to, of all stages and each once. */
  readonly asked: readonly string[];
  /** The limits in force; an empty object limits nothing. */
  readonly limits: FatigueLimits;
  /** Database time, epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * Why people are asked too much already to be asked once more. Inside the transaction that opens the request: what is counted stays
 * true until it commits, since every other request of the tenant that is limited waits at the gate.
 */
export async function refuseTired(tx: TransactionTables, request: AskedRequest): Promise<GuardRefusal | undefined> {
  const { tenant, requester, asked: names, limits, nowMs } = request;
  if (limits.requester === undefined && limits.group === undefined) return undefined;
  await tx.approvals.lockGate(tenant);
  const groups: RequestCount[] = [];
  for (const name of limits.group === undefined ? [] : names) {
    groups.push(await count(tx, { tenant, nowMs, name, who: { approver: name }, limit: limits.group }));
  }
  const asked = { tenant, nowMs, name: requester, who: { requester }, limit: limits.requester };
  return judgeFatigue(limits, { nowMs, requester: await count(tx, asked), groups });
}

interface Counting {
  readonly tenant: string;
  readonly nowMs: number;
  readonly name: string;
  readonly who: { readonly requester: string } | { readonly approver: string };
  readonly limit: FatigueLimit | undefined;
}

/** Counts only what a limit asks for. */
async function count(tx: TransactionTables, { tenant, nowMs, name, who, limit }: Counting): Promise<RequestCount> {
  const open = limit?.open === undefined ? 0 : await tx.approvals.countOpen(tenant, who);
  const none = { count: 0, oldestAtMs: undefined };
  const since = nowMs - FATIGUE_WINDOW_MS;
  const hour = limit?.perHour === undefined ? none : await tx.approvals.countSince(tenant, who, since);
  return { name, open, lastHour: hour.count, oldestAtMs: hour.oldestAtMs ?? nowMs };
}
