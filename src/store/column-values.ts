import type { Param } from "./db.ts";

/** Object ids of PostgreSQL's built-in types whose text form is not already what a row holds. */
const TYPE = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  textArray: 1009,
  timestamptz: 1184,
  jsonb: 3802,
} as const;

const MINUTE_MS = 60_000;

/** Turns the text form of a column, as both drivers receive it, into what a row holds. */
export function parseColumn(typeId: number, text: string): unknown {
  switch (typeId) {
    case TYPE.bool:
      return text === "t";
    case TYPE.int8:
    case TYPE.int2:
    case TYPE.int4:
    case TYPE.oid:
    case TYPE.float4:
    case TYPE.float8:
      return Number(text);
    case TYPE.timestamptz:
      return parseTimestamp(text);
    case TYPE.textArray:
      return parseTextArray(text);
    case TYPE.json:
    case TYPE.jsonb:
      return JSON.parse(text) as unknown;
    default:
      return text;
  }
}

/** The text form of a parameter; the server infers its type from the statement. */
export function formatParam(param: Param): string | null {
  if (param === null || typeof param === "string") return param;
  if (param instanceof Date) return param.toISOString();
  if (typeof param === "object") return formatTextArray(param);
  return String(param);
}

/** Milliseconds since the epoch from `2026-01-31 12:00:00.123+00`; sessions run in UTC, but any offset is read. */
function parseTimestamp(text: string): number {
  if (text === "infinity") return Infinity;
  if (text === "-infinity") return -Infinity;
  const zoneAt = Math.max(text.lastIndexOf("+"), text.lastIndexOf("-"));
  const localAtMs = Date.parse(`${text.slice(0, 10)}T${text.slice(11, zoneAt)}Z`);
  const zone = text.slice(zoneAt);
  if (zone === "+00") return localAtMs;
  const [hours = 0, minutes = 0] = zone.slice(1).split(":").map(Number);
  const offsetMs = (hours * 60 + minutes) * MINUTE_MS;
  return zone.startsWith("-") ? localAtMs + offsetMs : localAtMs - offsetMs;
}

function formatTextArray(items: readonly (string | null)[]): string {
  return `{${items.map((item) => (item === null ? "NULL" : `"${item.replace(/["\\]/g, "\\$&")}"`)).join(",")}}`;
}

/** Reads a one-dimensional array literal: `{plain,"quoted, with \" and \\"}`. */
function parseTextArray(text: string): (string | null)[] {
  const items: (string | null)[] = [];
  const element = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/gsu;
  for (const [, quoted, plain] of text.matchAll(element)) {
    if (quoted !== undefined) items.push(quoted.replace(/\\(.)/gsu, "$1"));
    else items.push(plain === undefined || plain === "NULL" ? null : plain);
  }
  return items;
}
