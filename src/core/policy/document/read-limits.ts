import type { FactCapacity, FactRequirement, RateLimit } from "../../../contract/policy.ts";
import { MAX_FACTS, MAX_TEXT_CHARS } from "../limits.ts";
import { addFault, type Cursor, readEach, readInteger, readItems, readMap, readText, readWord } from "./cursor.ts";
import { readAll, readClockMs, readCount, readMember, readName, requireKeys } from "./limit-cursors.ts";
import { freezeTerms, type LimitTerms, mergeLimitTerms } from "./limit-terms.ts";
import { DEFAULT_FACT_CAPACITY, FACTS_ON_FULL, isInputPointer, isRateScope } from "./limit-values.ts";
import { readPointer } from "./pointers.ts";
import { readBreaker } from "./read-breaker.ts";
import { readBudget } from "./read-budget.ts";

const KEYS = { known: ["rate", "attempts", "budget", "breaker", "requires", "facts", "timeout"] };
const RATE_KEYS = { known: ["limit", "per", "scope", "cost", "key"] };

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
  const facts = readMember(members, "facts", readFactCapacity);
  const timeout = readMember(members, "timeout", readTimeout);
  return freezeTerms({
    ...(rate === undefined ? {} : { rate }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(budget === undefined ? {} : { budget }),
    ...(breaker === undefined ? {} : { breaker }),
    ...(requires === undefined ? {} : { requires }),
    ...(facts === undefined ? {} : { facts }),
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
  if (scope === undefined || isRateScope(scope)) return scope;
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

function readAttempts(cursor: Cursor): LimitTerms["attempts"] {
  const members = readMap(cursor, { known: ["per_run"] });
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["per_run"]);
  const perRun = readMember(members, "per_run", readCount);
  return perRun === undefined ? undefined : { perRun };
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

/** How many facts a session may hold, for actions that prove some. */
function readFactCapacity(cursor: Cursor): FactCapacity | undefined {
  const members = readMap(cursor, { known: ["max", "on_full"] });
  if (members === undefined) return undefined;
  if (members.size === 0) return addFault(cursor, "This limits nothing", "name max or on_full");
  const max = readMember(members, "max", (at) => readInteger(at, { min: 1, max: MAX_FACTS }));
  const onFull = readMember(members, "on_full", (at) => readWord(at, FACTS_ON_FULL));
  return { max: max ?? DEFAULT_FACT_CAPACITY.max, onFull: onFull ?? DEFAULT_FACT_CAPACITY.onFull };
}

function readTimeout(cursor: Cursor): LimitTerms["timeout"] {
  const members = readMap(cursor, { known: ["attempt", "total"] });
  if (members?.size === 0) return addFault(cursor, "This limits nothing", "name attempt or total");
  const attemptMs = members && readMember(members, "attempt", readClockMs);
  const totalMs = members && readMember(members, "total", readClockMs);
  return { ...(attemptMs === undefined ? {} : { attemptMs }), ...(totalMs === undefined ? {} : { totalMs }) };
}
