import type { BreakerLimit, FactCapacity, FailureKind } from "../../../contract/policy.ts";
import { breakerKinds } from "../../guards/breaker-presets.ts";
import {
  MAX_LIMIT_CLOCK_MS,
  MAX_LIMIT_COUNT,
  MAX_LIMIT_NAME_CHARS,
  MAX_POINTER_CHARS,
  MAX_TEXT_CHARS,
} from "../limits.ts";
import { isPointerInside } from "./pointers.ts";

// What may stand in a limit, for documents and for actions alike: both readers ask here, and differ only in how they name what is wrong.

/** Whose calls a rate can count together, besides values of the input. */
export const RATE_SCOPES = ["tenant", "actor", "run"] as const;
/** What a budget can be counted in. */
export const BUDGET_UNITS = ["usd", "tokens", "units"] as const;
/** Whose spending a budget can be. */
export const BUDGET_SCOPES = ["run", "actor", "tenant"] as const;
/** After what time of the calendar a budget can begin anew. */
export const BUDGET_PERIODS = ["day", "month"] as const;
/** Sets of kinds that have a name. */
export const BREAKER_PRESETS = ["default", "strict", "infra_only"] as const;
/** What a full session can mean. */
export const FACTS_ON_FULL = ["refuse", "truncate"] as const;
/** Every kind of failure. */
export const FAILURE_KINDS: readonly FailureKind[] = [
  "transport",
  "timeout",
  "overloaded",
  "throttled",
  "auth",
  "invalid",
  "not_found",
  "conflict",
  "unknown",
];

/** A breaker's numbers where none are given. */
export const DEFAULT_BREAKER = { failures: 3, resetAfterMs: 60_000, windowMs: 300_000 } as const;

/** How many facts a session may hold where nothing is said, from the design; and that a call which proves more is refused. */
export const DEFAULT_FACT_CAPACITY: FactCapacity = { max: 200, onFull: "refuse" };

/** Whether a value is a count or a cost: whole, 1 to 1,000,000,000. */
export function isLimitCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_LIMIT_COUNT;
}

/** Whether a value is an amount of a budget: above 0, up to 1,000,000,000. */
export function isLimitAmount(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value <= MAX_LIMIT_COUNT;
}

/** Whether a value is a number of tokens that may be planned: whole, 0 to 1,000,000,000. */
export function isTokenCount(value: unknown): value is number {
  return value === 0 || isLimitCount(value);
}

/** Whether a value is milliseconds of a window or clock: whole, 1 ms to 366 days. */
export function isLimitClockMs(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_LIMIT_CLOCK_MS;
}

/** Whether a text can be the name of a budget, a dependency, a kind of fact or a key: 1 to 200 visible ASCII characters. */
export function isLimitName(text: string): boolean {
  return text.length <= MAX_LIMIT_NAME_CHARS && /^[\x21-\x7e]+$/.test(text);
}

/** Whether a text says whose calls are counted together: a word, or `input:` and the pointer of a value. */
export function isRateScope(text: string): boolean {
  return RATE_SCOPES.some((word) => word === text) || isInputPointer(text);
}

/** Whether a text is `input:` and a JSON pointer to something inside an input. */
export function isInputPointer(text: string): boolean {
  const prefix = "input:";
  return text.startsWith(prefix) && text.length <= MAX_TEXT_CHARS && isPointerInside(text.slice(prefix.length));
}

/** Whether a text is a JSON pointer to something inside an input. */
export function isLimitPointer(text: string): boolean {
  return text.length <= MAX_POINTER_CHARS && isPointerInside(text);
}

/** What a breaker says about kinds of failures. */
export interface DeclaredKinds {
  /** A set of kinds by its name; `default` unless given. */
  readonly preset?: (typeof BREAKER_PRESETS)[number] | undefined;
  /** Kinds that count, instead of the preset's. */
  readonly countKinds?: readonly FailureKind[] | undefined;
  /** Kinds that show that the dependency answers, instead of the preset's. */
  readonly ignoreKinds?: readonly FailureKind[] | undefined;
}

/** The kinds that a breaker counts and ignores. A kind that is named itself leaves the other list of the preset. */
export function resolveKinds(declared: DeclaredKinds): Pick<BreakerLimit, "countKinds" | "ignoreKinds"> {
  const preset = breakerKinds(declared.preset ?? "default");
  const { countKinds = without(preset.countKinds, declared.ignoreKinds) } = declared;
  const { ignoreKinds = without(preset.ignoreKinds, countKinds) } = declared;
  return { countKinds: [...new Set(countKinds)], ignoreKinds: [...new Set(ignoreKinds)] };
}

/** A kind that two lists name; it can't both count and show that all is well. */
export function findSharedKind({ countKinds, ignoreKinds }: DeclaredKinds): FailureKind | undefined {
  return countKinds?.find((kind) => ignoreKinds?.includes(kind));
}

function without(kinds: readonly FailureKind[], dropped: readonly FailureKind[] = []): readonly FailureKind[] {
  return kinds.filter((kind) => !dropped.includes(kind));
}
