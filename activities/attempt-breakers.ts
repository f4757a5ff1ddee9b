import { ApplicationFailure } from "@temporalio/common";
import type { ExecutionOptions } from "../src/contract/manifest.ts";
import type { BreakerReport } from "../src/core/guards/breaker.ts";
import { limitsOf } from "../src/core/guards/charges.ts";
import type { GuardRefusal } from "../src/core/guards/refusal.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { reportToBreakers, takeBreakers } from "./breakers.ts";
import { probeLeaseMs } from "./start-attempt.ts";

/** A call that waits for a breaker looks again after so long at the latest: somebody may have reset it. Our choice. */
const MAX_LOOK_MS = 60_000;

/** Takes the breakers of an attempt that is about to start, all of them or none. */
export async function takeForAttempt(
  tx: TransactionTables,
  row: LockedInvocation,
  { token, execution }: { readonly token: string; readonly execution: ExecutionOptions },
): Promise<GuardRefusal | undefined> {
  const limits = breakersOf(row);
  if (limits.length === 0) return undefined;
  return takeBreakers(tx, { tenant: row.tenant, limits, token, leaseMs: probeLeaseMs(execution) });
}

/** Tells the breakers of a call how one of its attempts ended. */
export async function reportOutcome(
  tx: TransactionTables,
  row: LockedInvocation,
  report: BreakerReport,
): Promise<void> {
  const limits = breakersOf(row);
  if (limits.length > 0) await reportToBreakers(tx, { tenant: row.tenant, limits, ...report });
}

/**
 * What an attempt fails with that may start once the breaker lets it: a call that people have approved, or that has begun, waits.
 * @param executeBy the end of its approval, at which it is looked at again in any case
 */
export function waitForBreaker(refusal: GuardRefusal, nowMs: number, executeBy: number | null): ApplicationFailure {
  const untilMs = Math.min(refusal.retryAfterMs ?? 0, MAX_LOOK_MS, (executeBy ?? Infinity) - nowMs + 1);
  return ApplicationFailure.create({
    type: refusal.code,
    message: refusal.message,
    nextRetryDelay: Math.max(1, untilMs),
  });
}

function breakersOf(row: LockedInvocation) {
  return limitsOf(row)?.breaker ?? [];
}
