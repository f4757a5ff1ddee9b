import type { BreakerLimit } from "../src/contract/policy.ts";
import {
  type BreakerReport,
  type BreakerState,
  CLOSED_BREAKER,
  createBreakerRefusal,
  findRefusal,
  isConcerned,
  reportOutcome,
  takeBreaker,
} from "../src/core/guards/breaker.ts";
import type { GuardRefusal } from "../src/core/guards/refusal.ts";
import type { TransactionTables } from "../src/store/store.ts";

/** Whose breakers, and by which settings. A dependency that is named twice goes by the last of its settings. */
interface BreakerScope {
  readonly tenant: string;
  readonly limits: readonly BreakerLimit[];
}

/** An attempt that wants to begin. */
export interface BreakerClaim extends BreakerScope {
  /** The attempt's own: who holds a probe is known by it. */
  readonly token: string;
  /** Milliseconds after which a probe that has not reported gives way to another one: at least what an attempt may take. */
  readonly leaseMs: number;
  /** Its breakers, where this transaction has looked at them already. */
  readonly seen?: ReadonlyMap<string, BreakerState>;
}

/** An attempt that ended. */
export interface BreakerNews extends BreakerScope, BreakerReport {}

/** The refusal of the first dependency whose breaker stops a call, in the order of the limits. Takes nothing. */
export function findOpenBreaker(
  limits: readonly BreakerLimit[],
  seen: ReadonlyMap<string, BreakerState>,
  nowMs: number,
): GuardRefusal | undefined {
  for (const dependency of dependenciesOf(limits)) {
    const refusal = findRefusal(stateOf(seen, dependency), nowMs);
    if (refusal !== undefined) return createBreakerRefusal(dependency, refusal.untilMs, nowMs);
  }
  return undefined;
}

/**
 * Lets an attempt through the breakers of all its dependencies, as the probe of those that are not closed, or refuses and takes none.
 * An attempt that was let through must report, or its probes keep others waiting until the lease is over.
 */
export async function takeBreakers(tx: TransactionTables, claim: BreakerClaim): Promise<GuardRefusal | undefined> {
  const { tenant, limits, token, leaseMs } = claim;
  const seen = claim.seen ?? (await tx.breakers.find(tenant, dependenciesOf(limits)));
  // What is closed lets everybody pass and remembers nobody, so there is nothing to lock.
  const guarded = dependenciesOf(limits).filter((dependency) => stateOf(seen, dependency).status !== "closed");
  if (guarded.length === 0) return undefined;
  const { nowMs, states } = await tx.breakers.lock(tenant, guarded);
  const taken: (readonly [string, BreakerState])[] = [];
  for (const dependency of guarded) {
    const state = stateOf(states, dependency);
    const take = takeBreaker(state, { token, nowMs, untilMs: nowMs + leaseMs });
    if (take.kind === "refused") return createBreakerRefusal(dependency, take.untilMs, nowMs);
    if (take.state !== state) taken.push([dependency, take.state]);
  }
  for (const [dependency, state] of taken) await tx.breakers.save(tenant, dependency, state);
  return undefined;
}

/**
 * Tells the breakers of all its dependencies how an attempt ended. Most reports change nothing and cost one read.
 * Not to be told twice: two reports of one failure are two failures.
 */
export async function reportToBreakers(tx: TransactionTables, news: BreakerNews): Promise<void> {
  const { tenant, limits } = news;
  const byDependency = new Map(limits.map((limit) => [limit.dependency, limit]));
  const seen = await tx.breakers.find(tenant, dependenciesOf(limits));
  // Read without a lock: what another transaction does meanwhile to a breaker that this attempt has no say in, it has no say in either.
  const concerned = [...byDependency.values()].filter((limit) =>
    isConcerned(stateOf(seen, limit.dependency), limit, news),
  );
  if (concerned.length === 0) return;
  const { nowMs, states } = await tx.breakers.lock(tenant, dependenciesOf(concerned));
  for (const limit of concerned) {
    const state = stateOf(states, limit.dependency);
    const next = reportOutcome(state, limit, { ...news, nowMs });
    if (next !== state) await tx.breakers.save(tenant, limit.dependency, next);
  }
}

/** Each dependency once, in the order of the limits. */
export function dependenciesOf(limits: readonly BreakerLimit[]): readonly string[] {
  return [...new Set(limits.map((limit) => limit.dependency))];
}

function stateOf(states: ReadonlyMap<string, BreakerState>, dependency: string): BreakerState {
  return states.get(dependency) ?? CLOSED_BREAKER;
}
