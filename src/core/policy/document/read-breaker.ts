import type { BreakerLimit, FailureKind } from "../../../contract/policy.ts";
import { MAX_BREAKER_FAILURES } from "../limits.ts";
import { addFault, type Cursor, readEach, readInteger, readMap, readWord } from "./cursor.ts";
import { readClockMs, readMember, readName, requireKeys } from "./limit-cursors.ts";
import { BREAKER_PRESETS, DEFAULT_BREAKER, FAILURE_KINDS, findSharedKind, resolveKinds } from "./limit-values.ts";

const KEYS = { known: ["dependency", "failures", "reset_after", "window", "preset", "count_kinds", "ignore_kinds"] };
const FAILURES = { min: 1, max: MAX_BREAKER_FAILURES };

/** Reads a breaker: which dependency, how many failures open it, for how long, and which failures count. */
export function readBreaker(cursor: Cursor): BreakerLimit | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["dependency"]);
  const dependency = readMember(members, "dependency", readName);
  const failures = readMember(members, "failures", (at) => readInteger(at, FAILURES)) ?? DEFAULT_BREAKER.failures;
  const resetAfterMs = readMember(members, "reset_after", readClockMs) ?? DEFAULT_BREAKER.resetAfterMs;
  const windowMs = readMember(members, "window", readClockMs) ?? DEFAULT_BREAKER.windowMs;
  const preset = readMember(members, "preset", (at) => readWord(at, BREAKER_PRESETS));
  const countKinds = readMember(members, "count_kinds", readKinds);
  const ignoreKinds = readMember(members, "ignore_kinds", readKinds);
  const shared = findSharedKind({ countKinds, ignoreKinds });
  if (shared !== undefined)
    return addFault(cursor, `A failure can't count and be ignored: ${shared} stands in both lists`);
  if (dependency === undefined) return undefined;
  return { dependency, failures, resetAfterMs, windowMs, ...resolveKinds({ preset, countKinds, ignoreKinds }) };
}

function readKinds(cursor: Cursor): readonly FailureKind[] | undefined {
  return readEach(cursor, (item) => readWord(item, FAILURE_KINDS));
}
