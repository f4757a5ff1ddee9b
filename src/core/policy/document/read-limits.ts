import type { BreakerLimit, BudgetLimit, FactRequirement, FailureKind, RateLimit } from "../../../contract/policy.ts";
import { MAX_LIMIT_CLOCK_MS, MAX_LIMIT_COUNT, MAX_TEXT_CHARS } from "../limits.ts";
import { addFault, type Cursor, readEach, readInteger, readItems, readMap, readText, readWord } from "./cursor.ts";
import { parseDurationMs } from "./durations.ts";
import { freezeTerms, type LimitTerms, mergeLimitTerms } from "./limit-terms.ts";
import { isPointerInside, readPointer } from "./pointers.ts";

const KEYS = { known: ["rate", "attempts", "budget", "breaker", "requires", "timeout"] };
const RATE_KEYS = { known: ["limit", "per", "scope", "cost", "key"] };
const BUDGET_KEYS = {
  known: ["name", "limit", "unit", "per", "scope", "estimate", "on_exceed"],
  unsupported: ["plan"],
};
const BREAKER_KEYS = {
  known: ["dependency", "failures", "reset_after", "window", "count_kinds", "ignore_kinds"],
  unsupported: ["preset"],
};

const KINDS: readonly FailureKind[] = [
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

/** Failures that count against a dependency unless a document says otherwise: its own, not the caller's. */
const COUNTED_KINDS: readonly FailureKind[] = ["transport", "timeout", "overloaded"];
const IGNORED_KINDS: readonly FailureKind[] = ["invalid", "not_found", "conflict"];

/** A breaker's numbers where a document gives none. */
const DEFAULT_BREAKER = { failures: 3, resetAfterMs: 60_000, windowMs: 300_000 };

type Members = ReadonlyMap<string, Cursor>;

/** Reads `limits` of a document or a rule: one mapping, or a list of them that must all be kept. */
export function readLimits(cursor: Cursor): LimitTerms | undefined {
  const all = readItems(cursor)
    ?.map(readTerms)
    .filter((terms) => terms !== undefined);
  return all === undefined || all.length === 0 ? undefined : all.reduce(mergeLimitTerms);
}

function readTerms(cursor: Cursor): LimitTerms | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  if (members.size === 0) return addFault(cursor, "This limits nothing", KEYS.known.join(", "));
  const rate = readAll(members, "rate", readRate);
  const attempts = readMember(members, "attempts", readAttempts);
  const budget = readAll(members, "budget", readBudget);
  const breaker = readAll(members, "breaker", readBreaker);
  const requires = readAll(members, "requires", readRequirement);
  const timeout = readMember(members, "timeout", readTimeout);
  return freezeTerms({
    ...(rate === undefined ? {} : { rate }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(budget === undefined ? {} : { budget }),
    ...(breaker === undefined ? {} : { breaker }),
    ...(requires === undefined ? {} : { requires }),
    ...(timeout === undefined ? {} : { timeout }),
  });
}

function readRate(cursor: Cursor): RateLimit | undefined {
  const members = readMap(cursor, RATE_KEYS);
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["limit", "per", "scope"]);
  const limit = readMember(members, "limit", readCount);
  const perMs = readMember(members, "per", readClockMs);
  const scope = readMember(members, "scope", (at) => readEach(at, readScope));
  const cost = readMember(members, "cost", readCost);
  const key = readMember(members, "key", readName);
  if (limit === undefined || perMs === undefined || scope === undefined) return undefined;
  return {
    limit,
    perMs,
    scope: [...scope],
    ...(cost === undefined ? {} : { cost }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Whose calls are counted together: a word, or a value of the input. */
function readScope(cursor: Cursor): string | undefined {
  const scope = readText(cursor, { min: 1, max: MAX_TEXT_CHARS });
  if (scope === undefined || isInputPointer(scope) || ["tenant", "actor", "run"].includes(scope)) return scope;
  return addFault(
    cursor,
    "This must be tenant, actor, run, or input: and a JSON pointer",
    "for example input:/customerId",
  );
}

function readCost(cursor: Cursor): number | string | undefined {
  const { node } = cursor;
  if (node.kind !== "scalar" || typeof node.value !== "string") return readCount(cursor);
  if (isInputPointer(node.value)) return node.value;
  return addFault(cursor, "This must be a number, or input: and a JSON pointer", "for example input:/count");
}

function isInputPointer(text: string): boolean {
  return text.startsWith("input:") && isPointerInside(text.slice("input:".length));
}

function readAttempts(cursor: Cursor): LimitTerms["attempts"] {
  const members = readMap(cursor, { known: ["per_run"] });
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["per_run"]);
  const perRun = readMember(members, "per_run", readCount);
  return perRun === undefined ? undefined : { perRun };
}

function readBudget(cursor: Cursor): BudgetLimit | undefined {
  const members = readMap(cursor, BUDGET_KEYS);
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["name", "limit", "unit", "estimate"]);
  const name = readMember(members, "name", readName);
  const limit = readMember(members, "limit", readAmount);
  const unit = readMember(members, "unit", (at) => readWord(at, ["usd", "tokens", "units"] as const));
  const estimate = readMember(members, "estimate", readEstimate);
  const per = readMember(members, "per", (at) => readWord(at, ["day", "month", "tenant"] as const));
  const scope = readMember(members, "scope", (at) => readWord(at, ["run", "actor", "tenant"] as const));
  const onExceed = readMember(members, "on_exceed", (at) => readWord(at, ["require_approval"] as const));
  if (name === undefined || limit === undefined || unit === undefined || estimate === undefined) return undefined;
  // `per: tenant` says for whom, not how long: it is an older spelling of the scope.
  const shared = scope ?? (per === "tenant" ? per : undefined);
  return {
    ...{ name, limit, unit, estimate },
    ...(per === undefined || per === "tenant" ? {} : { per }),
    ...(shared === undefined ? {} : { scope: shared }),
    ...(onExceed === undefined ? {} : { onExceed }),
  };
}

/** What a call is reckoned to cost before anybody knows: a number, or the place of one in the input. */
function readEstimate(cursor: Cursor): number | string | undefined {
  const { node } = cursor;
  return node.kind === "scalar" && typeof node.value === "string" ? readPointer(cursor) : readAmount(cursor);
}

function readBreaker(cursor: Cursor): BreakerLimit | undefined {
  const members = readMap(cursor, BREAKER_KEYS);
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["dependency"]);
  const dependency = readMember(members, "dependency", readName);
  const failures = readMember(members, "failures", readCount) ?? DEFAULT_BREAKER.failures;
  const resetAfterMs = readMember(members, "reset_after", readClockMs) ?? DEFAULT_BREAKER.resetAfterMs;
  const windowMs = readMember(members, "window", readClockMs) ?? DEFAULT_BREAKER.windowMs;
  const countKinds = [...(readMember(members, "count_kinds", readKinds) ?? COUNTED_KINDS)];
  const ignoreKinds = [...(readMember(members, "ignore_kinds", readKinds) ?? IGNORED_KINDS)];
  return dependency === undefined
    ? undefined
    : { dependency, failures, resetAfterMs, windowMs, countKinds, ignoreKinds };
}

function readKinds(cursor: Cursor): readonly FailureKind[] | undefined {
  return readEach(cursor, (item) => readWord(item, KINDS));
}

function readRequirement(cursor: Cursor): FactRequirement | undefined {
  const members = readMap(cursor, { known: ["kind", "from", "hint"] });
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["kind", "from"]);
  const kind = readMember(members, "kind", readName);
  const from = readMember(members, "from", readPointer);
  const hint = readMember(members, "hint", (at) => readText(at, { min: 1, max: MAX_TEXT_CHARS }));
  if (kind === undefined || from === undefined) return undefined;
  return hint === undefined ? { kind, from } : { kind, from, hint };
}

function readTimeout(cursor: Cursor): LimitTerms["timeout"] {
  const members = readMap(cursor, { known: ["attempt", "total"] });
  if (members?.size === 0) return addFault(cursor, "This limits nothing", "name attempt or total");
  const attemptMs = members && readMember(members, "attempt", readClockMs);
  const totalMs = members && readMember(members, "total", readClockMs);
  return { ...(attemptMs === undefined ? {} : { attemptMs }), ...(totalMs === undefined ? {} : { totalMs }) };
}

function readCount(cursor: Cursor): number | undefined {
  return readInteger(cursor, { min: 1, max: MAX_LIMIT_COUNT });
}

function readAmount(cursor: Cursor): number | undefined {
  const { node } = cursor;
  const amount = node.kind === "scalar" ? node.value : undefined;
  if (typeof amount === "number" && amount > 0 && amount <= MAX_LIMIT_COUNT) return amount;
  return addFault(cursor, `This must be a number above 0 and up to ${MAX_LIMIT_COUNT}`);
}

function readName(cursor: Cursor): string | undefined {
  const name = readText(cursor, { min: 1, max: 200 });
  if (name === undefined || /^[\x21-\x7e]+$/.test(name)) return name;
  return addFault(cursor, "A name consists of visible ASCII characters without space");
}

function readClockMs(cursor: Cursor): number | undefined {
  const { node } = cursor;
  const clockMs = node.kind === "scalar" && typeof node.value === "string" ? parseDurationMs(node.value) : undefined;
  if (clockMs === undefined) return addFault(cursor, "This must be a duration", "for example 90s, 15m, 24h or 7d");
  return clockMs <= MAX_LIMIT_CLOCK_MS ? clockMs : addFault(cursor, "This duration is longer than 366 days");
}

function requireKeys(cursor: Cursor, members: Members, keys: readonly string[]): void {
  for (const key of keys) if (!members.has(key)) addFault(cursor, `The key ${key} is missing`);
}

function readMember<Value>(
  members: Members,
  key: string,
  read: (member: Cursor) => Value | undefined,
): Value | undefined {
  const member = members.get(key);
  return member && read(member);
}

/** One mapping or several under one key. */
function readAll<Value>(
  members: Members,
  key: string,
  read: (member: Cursor) => Value | undefined,
): Value[] | undefined {
  const values = readMember(members, key, readItems)
    ?.map(read)
    .filter((value) => value !== undefined);
  return values === undefined || values.length === 0 ? undefined : values;
}
