import type { RateLimit } from "../../contract/policy.ts";
import { canonicalJson } from "../canonical.ts";
import { sha256Hex } from "../digest.ts";
import { MAX_LIMIT_COUNT } from "../policy/limits.ts";
import { requireRun } from "./attempts.ts";
import type { GuardedCallFacts } from "./guarded-call.ts";
import { labelCounter } from "./rate-label.ts";
import { type GuardRefusal, isRefusal, refuse } from "./refusal.ts";
import { valueAt } from "./value-at.ts";

/** Hex characters of a counter's key: 128 bits, at which nobody finds two tuples with the same one. Our choice. */
const KEY_CHARS = 32;

const INPUT = "input:";

/** Something that is counted, what a call counts for in it, and every limit on it. */
export interface RateCounter {
  /** Hash of what is counted: whose calls, for which values, and unless a key is shared, in which measure. 32 hex characters. */
  readonly key: string;
  /** The action that the call is of; with a shared key, one of several that are counted here. */
  readonly action: string;
  /** What is counted, for people: JSON text with values of the redacted input, at most 300 characters. */
  readonly label: string;
  /** What the call counts for: 0 to 1,000,000,000; 0 is not charged. */
  readonly cost: number;
  /** At most so much in a sliding window of `perMs` milliseconds. No two of the same length. */
  readonly limits: readonly { readonly limit: number; readonly perMs: number; readonly scope: readonly string[] }[];
}

/**
 * What a call counts in under these limits, sorted by key. Limits that count the same calls (10 a minute, 100 an hour) are one
 * counter, charged once. Limits that name the same key and scope share one whatever their costs are, charged once with the highest
 * of them; without a key, limits of different costs (10 calls a minute, 1,000 items an hour) count apart. Values of the input are
 * told apart by type: `1`, `"1"`, null and absence are four.
 *
 * A scope `run` without a run refuses with `run_required`; a cost in the input that is no whole number from 0 to 1,000,000,000
 * with `invalid_input`. `inputView` is the redacted input, for labels.
 */
export function rateCountersOf(
  limits: readonly RateLimit[],
  call: GuardedCallFacts,
  inputView: unknown,
): readonly RateCounter[] | GuardRefusal {
  const counters = new Map<string, RateCounter>();
  for (const limit of limits) {
    const counter = counterOf(limit, { call, inputView });
    if (isRefusal(counter)) return counter;
    counters.set(counter.key, withLimitsOf(counter, counters.get(counter.key)));
  }
  return [...counters.values()].toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

function counterOf(
  limit: RateLimit,
  { call, inputView }: { readonly call: GuardedCallFacts; readonly inputView: unknown },
): RateCounter | GuardRefusal {
  const scope = [...new Set(limit.scope)].toSorted();
  const refusal = scope.includes("run") ? requireRun("rate", call) : undefined;
  if (refusal !== undefined) return refusal;
  const cost = costOf(limit, call.input);
  if (typeof cost !== "number") return cost;
  const owner = limit.key === undefined ? (["action", call.action] as const) : (["key", limit.key] as const);
  // Sums in different measures can't be compared, unless a key says that they are; one call each is the measure of all that name none.
  const measure = limit.key !== undefined || limit.cost === 1 ? undefined : limit.cost;
  const identity = { owner, scope: scope.map((name) => [name, ...scopeValue(name, call)]), cost: measure };
  const values = scope.map((name) => [name, shownValue(name, { ...call, input: inputView })] as const);
  return {
    key: sha256Hex(canonicalJson(identity)).slice(0, KEY_CHARS),
    action: call.action,
    label: labelCounter({ owner, values, cost: measure }),
    cost,
    limits: [{ limit: limit.limit, perMs: limit.perMs, scope }],
  };
}

/** What a scope's name stands for in this call: its parts, which are never joined; none for what the input doesn't have. */
function scopeValue(name: string, call: GuardedCallFacts): readonly unknown[] {
  if (name === "tenant") return [call.tenant];
  if (name === "actor") return [call.actor];
  if (name === "run") return [call.actor, call.run];
  const value = valueAt(call.input, name.slice(INPUT.length));
  return value === undefined ? [] : [value];
}

/** The same for people: an actor's run by its own name. */
function shownValue(name: string, call: GuardedCallFacts): unknown {
  return scopeValue(name, call).at(-1);
}

function costOf({ cost = 1 }: RateLimit, input: unknown): number | GuardRefusal {
  if (typeof cost === "number") return cost;
  const pointer = cost.slice(INPUT.length);
  const value = valueAt(input, pointer);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= MAX_LIMIT_COUNT) return value;
  const message = `What the call counts for, at ${pointer} in its input, must be a whole number from 0 to ${MAX_LIMIT_COUNT}`;
  return refuse("rate", "invalid_input", { message });
}

/** A counter with the limits of its twin too, at the higher cost; of two windows of the same length, the stricter. */
function withLimitsOf(counter: RateCounter, twin: RateCounter | undefined): RateCounter {
  if (twin === undefined) return counter;
  const byLength = new Map(twin.limits.map((limit) => [limit.perMs, limit]));
  for (const limit of counter.limits) {
    const other = byLength.get(limit.perMs);
    if (other === undefined || limit.limit < other.limit) byLength.set(limit.perMs, limit);
  }
  return { ...twin, cost: Math.max(counter.cost, twin.cost), limits: [...byLength.values()] };
}
