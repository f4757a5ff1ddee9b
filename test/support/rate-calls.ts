import { judgeRates, type RateWindow } from "../../src/core/guards/rate.ts";
import type { RateCounter } from "../../src/core/guards/rate-counters.ts";
import type { GuardRefusal } from "../../src/core/guards/refusal.ts";
import type { Db } from "../../src/store/db.ts";
import { createStore } from "../../src/store/store.ts";

/** What the store may keep a counter longer than its longest window. */
export const STALE_STEP_MS = 300_000;

/** The tenant of every call here. */
export const TENANT = "acme";

/** A counter of ten calls a minute, as a test says that it differs. */
export function rateCounter(differs: Partial<RateCounter> = {}): RateCounter {
  const limits = [{ limit: 10, perMs: 60_000, scope: ["tenant"] }];
  return { key: "k1", action: "mail.send", label: "{}", cost: 1, limits, ...differs };
}

/** What a call read and what became of it. */
export interface RateCall {
  readonly nowMs: number;
  readonly windows: readonly RateWindow[];
  readonly refusal: GuardRefusal | undefined;
}

/** One call in a transaction of its own: locks, judges, and charges unless it is refused. */
export async function callOnce(db: Db, ...counters: readonly RateCounter[]): Promise<RateCall> {
  return createStore(db).transaction(async (tx) => {
    const { nowMs, windows } = await tx.rates.lock(TENANT, counters);
    const refusal = judgeRates(counters, windows, nowMs);
    if (refusal === undefined) await tx.rates.charge(TENANT, counters, nowMs);
    return { nowMs, windows, refusal };
  });
}

/** Reads a call's windows and charges nothing. */
export async function lockOnly(db: Db, ...counters: readonly RateCounter[]) {
  return createStore(db).transaction((tx) => tx.rates.lock(TENANT, counters));
}

/** Makes everything that was counted so much older. */
export async function passMs(db: Db, ms: number): Promise<void> {
  await db.query(`update rate_hit set at = at - $1 * interval '1 millisecond'`, [ms]);
  await db.query(`update rate_counter set last_at = last_at - $1 * interval '1 millisecond'`, [ms]);
}
