import { parseDurationMs } from "../core/policy/document/durations.ts";
import {
  isLimitAmount,
  isLimitClockMs,
  isLimitCount,
  isLimitName,
  isLimitPointer,
} from "../core/policy/document/limit-values.ts";
import {
  MAX_LIMIT_CLOCK_MS,
  MAX_LIMIT_COUNT,
  MAX_LIMIT_NAME_CHARS,
  MAX_LIST_ITEMS,
  MAX_POINTER_CHARS,
} from "../core/policy/limits.ts";
import type { Fault, Fields } from "./definition-fault.ts";

/** A value of a definition under examination: what it is, how the developer reaches it, and how to say what is wrong with it. */
export interface Place {
  readonly value: unknown;
  /** Such as `limits.budget[1].estimate`. */
  readonly field: string;
  readonly fault: Fault;
}

/** The members of an object of a definition. */
export interface Members {
  /** The member of this name; absent ones and those that are `undefined` are the same. */
  at(name: string): Place | undefined;
  /** The member that must be there. @throws invalid_request naming it */
  need(name: string): Place;
}

/** The members of an object that has no others than these. @throws invalid_request for anything else */
export function readMembers({ value, field, fault }: Place, known: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw fault(field, "must be an object");
  const fields = value as Fields;
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw fault(`${field}.${unknown}`, `is not a field of ${field}: it has ${known.join(", ")}`);
  const at = (name: string) => {
    const member = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return member === undefined ? undefined : { value: member, field: `${field}.${name}`, fault };
  };
  const need = (name: string) => {
    const member = at(name);
    if (member === undefined) throw fault(`${field}.${name}`, "is missing");
    return member;
  };
  return { at, need };
}

/** Each of one or more. @throws invalid_request for an empty list, with what it would mean */
export function readEach<Item>(place: Place, read: (item: Place) => Item, empty = "it would limit nothing"): Item[] {
  const { value, field, fault } = place;
  if (!Array.isArray(value)) return [read(place)];
  if (value.length === 0) throw fault(field, `must not be an empty list: ${empty}`);
  if (value.length > MAX_LIST_ITEMS) throw fault(field, `must have at most ${MAX_LIST_ITEMS} members`);
  return value.map((item: unknown, index) => read({ value: item, field: `${field}[${index}]`, fault }));
}

/** A count or cost. @throws invalid_request */
export function readCount({ value, field, fault }: Place, max = MAX_LIMIT_COUNT): number {
  if (isLimitCount(value) && value <= max) return value;
  throw fault(field, `must be a whole number from 1 to ${max}`);
}

/** An amount of a budget. @throws invalid_request */
export function readAmount({ value, field, fault }: Place): number {
  if (isLimitAmount(value)) return value;
  throw fault(field, `must be a number above 0 and up to ${MAX_LIMIT_COUNT}`);
}

/** The name of a budget, a dependency, a kind of fact or a key. @throws invalid_request */
export function readName({ value, field, fault }: Place): string {
  if (typeof value === "string" && isLimitName(value)) return value;
  throw fault(field, `must be 1 to ${MAX_LIMIT_NAME_CHARS} visible ASCII characters without space`);
}

/** A text of 1 to so many characters. @throws invalid_request */
export function readText({ value, field, fault }: Place, max: number): string {
  if (typeof value === "string" && value !== "" && value.length <= max) return value;
  throw fault(field, `must be a text of 1 to ${max} characters`);
}

/** One of some words. @throws invalid_request */
export function readWord<Word extends string>({ value, field, fault }: Place, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw fault(field, words.length === 1 ? `must be ${words.join("")}` : `must be one of ${words.join(", ")}`);
}

/** A pointer to something inside an input. @throws invalid_request */
export function readPointer({ value, field, fault }: Place): string {
  if (typeof value === "string" && isLimitPointer(value)) return value;
  throw fault(field, `must be a JSON pointer such as /orderId, of at most ${MAX_POINTER_CHARS} characters`);
}

/** Milliseconds of a window or clock. @throws invalid_request */
export function readClockMs({ value, field, fault }: Place): number {
  if (isLimitClockMs(value)) return value;
  throw fault(field, `must be a whole number from 1 to ${MAX_LIMIT_CLOCK_MS}`);
}

/**
 * A time that stands under `<name>Ms` as a number or under `<name>` as a text such as `90s`; `undefined` when it stands under neither.
 * @throws invalid_request also when it stands under both
 */
export function readClock(members: Members, name: string): number | undefined {
  const [ms, text] = [members.at(`${name}Ms`), members.at(name)];
  if (text === undefined) return ms && readClockMs(ms);
  const { value, field, fault } = text;
  if (ms !== undefined) throw fault(field, `must not stand beside ${name}Ms`);
  const clockMs = typeof value === "string" ? parseDurationMs(value) : undefined;
  if (isLimitClockMs(clockMs)) return clockMs;
  throw fault(field, "must be a duration such as 90s, 15m, 24h or 7d, of at most 366 days");
}
