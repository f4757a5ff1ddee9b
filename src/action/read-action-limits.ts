import type { FactCapacity, FactRequirement, LimitTerms, RateLimit } from "../contract/policy.ts";
import {
  DEFAULT_FACT_CAPACITY,
  FACTS_ON_FULL,
  isInputPointer,
  isRateScope,
} from "../core/policy/document/limit-values.ts";
import { freezeTerms } from "../core/policy/document/limit-terms.ts";
import { MAX_FACTS, MAX_TEXT_CHARS } from "../core/policy/limits.ts";
import type { ActionTerms } from "./action-limits.ts";
import type { Fault, Fields } from "./definition-fault.ts";
import {
  type Members,
  type Place,
  readClock,
  readClockMs,
  readCount,
  readEach,
  readMembers,
  readName,
  readPointer,
  readText,
  readWord,
} from "./limit-fields.ts";
import { readBreakerRule } from "./read-breaker-rule.ts";
import { readBudgetRules } from "./read-budget-rule.ts";

const LIMITS = ["rate", "attempts", "breaker", "budget", "requires", "maxFacts", "onFactsFull", "timeout"];

/**
 * Reads what a definition says about limits, into the form that policy uses; `undefined` where nothing is limited.
 * An action with `proves` always has a capacity of facts.
 * @throws invalid_request naming the field that is wrong
 */
export function readActionLimits(definition: Fields, fault: Fault): ActionTerms | undefined {
  const { limits, proves } = definition;
  const members = limits === undefined ? undefined : readMembers({ value: limits, field: "limits", fault }, LIMITS);
  if (members !== undefined && LIMITS.every((name) => members.at(name) === undefined)) {
    throw fault("limits", `must have at least one of ${LIMITS.join(", ")}`);
  }
  const facts = readCapacity(members, proves !== undefined);
  if (members === undefined && facts === undefined) return undefined;
  const { budget, estimates } = readBudgetRules(members?.at("budget"));
  const rest = members === undefined ? {} : readStatic(members);
  return Object.freeze({
    terms: freezeTerms({
      ...rest,
      ...(budget === undefined ? {} : { budget }),
      ...(facts === undefined ? {} : { facts }),
    }),
    estimates,
  });
}

function readStatic({ at }: Members): LimitTerms {
  const [rate, attempts, breaker] = [at("rate"), at("attempts"), at("breaker")];
  const [requires, timeout] = [at("requires"), at("timeout")];
  return {
    ...(rate === undefined ? {} : { rate: readEach(rate, readRateRule) }),
    ...(attempts === undefined ? {} : { attempts: readAttempts(attempts) }),
    ...(breaker === undefined ? {} : { breaker: readEach(breaker, readBreakerRule) }),
    ...(requires === undefined ? {} : { requires: readEach(requires, readRequirement) }),
    ...(timeout === undefined ? {} : { timeout: readTimeout(timeout) }),
  };
}

function readRateRule(place: Place): RateLimit {
  const members = readMembers(place, ["limit", "perMs", "per", "scope", "cost", "key"]);
  const limit = readCount(members.need("limit"));
  const perMs = readClock(members, "per");
  if (perMs === undefined) throw place.fault(`${place.field}.per`, "is missing: give per, such as 1h, or perMs");
  const scope = [...new Set(readEach(members.need("scope"), readScope))];
  const [cost, key] = [members.at("cost"), members.at("key")];
  return {
    ...{ limit, perMs, scope },
    ...(cost === undefined ? {} : { cost: readCost(cost) }),
    ...(key === undefined ? {} : { key: readName(key) }),
  };
}

function readScope({ value, field, fault }: Place): string {
  if (typeof value === "string" && isRateScope(value)) return value;
  throw fault(field, "must be tenant, actor, run, or input: and a JSON pointer, such as input:/customerId");
}

function readCost(place: Place): number | string {
  const { value, field, fault } = place;
  if (typeof value !== "string") return readCount(place);
  if (isInputPointer(value)) return value;
  throw fault(field, "must be a whole number, or input: and a JSON pointer, such as input:/count");
}

function readAttempts(place: Place): LimitTerms["attempts"] {
  return { perRun: readCount(readMembers(place, ["perRun"]).need("perRun")) };
}

function readRequirement(place: Place): FactRequirement {
  const members = readMembers(place, ["kind", "from", "hint"]);
  const hint = members.at("hint");
  const kind = readName(members.need("kind"));
  const from = readPointer(members.need("from"));
  return hint === undefined ? { kind, from } : { kind, from, hint: readText(hint, MAX_TEXT_CHARS) };
}

function readTimeout(place: Place): LimitTerms["timeout"] {
  const { at } = readMembers(place, ["attemptMs", "totalMs"]);
  const [attemptMs, totalMs] = [at("attemptMs"), at("totalMs")];
  if (attemptMs === undefined && totalMs === undefined) {
    throw place.fault(place.field, "must have attemptMs, totalMs or both");
  }
  return {
    ...(attemptMs === undefined ? {} : { attemptMs: readClockMs(attemptMs) }),
    ...(totalMs === undefined ? {} : { totalMs: readClockMs(totalMs) }),
  };
}

/** How many facts a session may hold for the action; of no meaning for one that proves none, which is refused. */
function readCapacity(members: Members | undefined, proves: boolean): FactCapacity | undefined {
  const [max, onFull] = [members?.at("maxFacts"), members?.at("onFactsFull")];
  const capacity = {
    max: max === undefined ? DEFAULT_FACT_CAPACITY.max : readCount(max, MAX_FACTS),
    onFull: onFull === undefined ? DEFAULT_FACT_CAPACITY.onFull : readWord(onFull, FACTS_ON_FULL),
  };
  if (proves) return capacity;
  const idle = max ?? onFull;
  if (idle !== undefined) throw idle.fault(idle.field, "is for actions that have proves");
  return undefined;
}
