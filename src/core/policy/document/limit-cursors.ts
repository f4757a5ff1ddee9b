import { MAX_LIMIT_COUNT, MAX_LIMIT_NAME_CHARS } from "../limits.ts";
import { addFault, type Cursor, readInteger, readItems, readText } from "./cursor.ts";
import { parseDurationMs } from "./durations.ts";
import { isLimitAmount, isLimitClockMs, isLimitName } from "./limit-values.ts";

/** A mapping's values by key. */
export type Members = ReadonlyMap<string, Cursor>;

/** A count or cost. */
export function readCount(cursor: Cursor): number | undefined {
  return readInteger(cursor, { min: 1, max: MAX_LIMIT_COUNT });
}

/** An amount of a budget. */
export function readAmount(cursor: Cursor): number | undefined {
  const { node } = cursor;
  const amount = node.kind === "scalar" ? node.value : undefined;
  if (isLimitAmount(amount)) return amount;
  return addFault(cursor, `This must be a number above 0 and up to ${MAX_LIMIT_COUNT}`);
}

/** The name of a budget, a dependency, a kind of fact or a key. */
export function readName(cursor: Cursor): string | undefined {
  const name = readText(cursor, { min: 1, max: MAX_LIMIT_NAME_CHARS });
  if (name === undefined || isLimitName(name)) return name;
  return addFault(cursor, "A name consists of visible ASCII characters without space");
}

/** Milliseconds of a window or clock, written as a duration. */
export function readClockMs(cursor: Cursor): number | undefined {
  const { node } = cursor;
  const clockMs = node.kind === "scalar" && typeof node.value === "string" ? parseDurationMs(node.value) : undefined;
  if (clockMs === undefined) return addFault(cursor, "This must be a duration", "for example 90s, 15m, 24h or 7d");
  return isLimitClockMs(clockMs) ? clockMs : addFault(cursor, "This duration is longer than 366 days");
}

/** Reports every key that is missing. */
export function requireKeys(cursor: Cursor, members: Members, keys: readonly string[]): void {
  for (const key of keys) if (!members.has(key)) addFault(cursor, `The key ${key} is missing`);
}

/** The value of a key, when it is there and has no fault. */
export function readMember<Value>(
  members: Members,
  key: string,
  read: (member: Cursor) => Value | undefined,
): Value | undefined {
  const member = members.get(key);
  return member && read(member);
}

/** One mapping or several under one key, without those at fault. */
export function readAll<Value>(
  members: Members,
  key: string,
  read: (member: Cursor) => Value | undefined,
): Value[] | undefined {
  const values = readMember(members, key, readItems)
    ?.map(read)
    .filter((value) => value !== undefined);
  return values === undefined || values.length === 0 ? undefined : values;
}
