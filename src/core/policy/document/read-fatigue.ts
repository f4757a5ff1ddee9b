import type { FatigueLimit, FatigueLimits } from "../../../contract/approval-terms.ts";
import { MAX_FATIGUE_COUNT } from "../limits.ts";
import { addFault, type Cursor, readInteger, readMap } from "./cursor.ts";
import { freezeDeep } from "./freeze-deep.ts";
import { readMember } from "./limit-cursors.ts";

const KEYS = { known: ["requester", "group"] };
const LIMIT_KEYS = { known: ["open", "per_hour"] };

/** Reads `fatigue` of a document: how many requests for approval one requester may make, and one name among the approvers may get. */
export function readFatigue(cursor: Cursor): Readonly<FatigueLimits> | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  if (members.size === 0) return addFault(cursor, "This limits nothing", "name requester or group");
  return joinLimits(readMember(members, "requester", readLimit), readMember(members, "group", readLimit));
}

/** Of several documents' limits the lowest of each; undefined where there are none. */
export function mergeFatigue(
  all: readonly (Readonly<FatigueLimits> | undefined)[],
): Readonly<FatigueLimits> | undefined {
  const known = all.filter((limits) => limits !== undefined);
  if (known.length <= 1) return known[0];
  return joinLimits(mergeLimits(known.map((each) => each.requester)), mergeLimits(known.map((each) => each.group)));
}

function readLimit(cursor: Cursor): FatigueLimit | undefined {
  const members = readMap(cursor, LIMIT_KEYS);
  if (members === undefined) return undefined;
  if (members.size === 0) return addFault(cursor, "This limits nothing", "name open or per_hour");
  return joinLimit(readMember(members, "open", readFatigueCount), readMember(members, "per_hour", readFatigueCount));
}

function readFatigueCount(cursor: Cursor): number | undefined {
  return readInteger(cursor, { min: 1, max: MAX_FATIGUE_COUNT });
}

function mergeLimits(all: readonly (FatigueLimit | undefined)[]): FatigueLimit | undefined {
  const known = all.filter((limit) => limit !== undefined);
  if (known.length === 0) return undefined;
  return joinLimit(findLowest(known.map(({ open }) => open)), findLowest(known.map(({ perHour }) => perHour)));
}

function findLowest(counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function joinLimit(open: number | undefined, perHour: number | undefined): FatigueLimit {
  return { ...(open === undefined ? {} : { open }), ...(perHour === undefined ? {} : { perHour }) };
}

function joinLimits(requester: FatigueLimit | undefined, group: FatigueLimit | undefined): Readonly<FatigueLimits> {
  return freezeDeep({ ...(requester === undefined ? {} : { requester }), ...(group === undefined ? {} : { group }) });
}
