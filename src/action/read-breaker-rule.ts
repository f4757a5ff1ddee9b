import type { BreakerLimit, FailureKind } from "../contract/policy.ts";
import {
  BREAKER_PRESETS,
  DEFAULT_BREAKER,
  FAILURE_KINDS,
  findSharedKind,
  resolveKinds,
} from "../core/policy/document/limit-values.ts";
import { MAX_BREAKER_FAILURES } from "../core/policy/limits.ts";
import { type Place, readClock, readCount, readEach, readMembers, readName, readWord } from "./limit-fields.ts";

const FIELDS = [
  ...["dependency", "failures", "resetAfterMs", "resetAfter", "windowMs", "window"],
  ...["preset", "countKinds", "ignoreKinds"],
];

/** Reads a breaker of an action. @throws invalid_request naming the field that is wrong */
export function readBreakerRule(place: Place): BreakerLimit {
  const members = readMembers(place, FIELDS);
  const [failures, preset] = [members.at("failures"), members.at("preset")];
  const kinds = {
    preset: preset && readWord(preset, BREAKER_PRESETS),
    countKinds: readKinds(members.at("countKinds")),
    ignoreKinds: readKinds(members.at("ignoreKinds")),
  };
  const shared = findSharedKind(kinds);
  if (shared !== undefined) {
    throw place.fault(`${place.field}.ignoreKinds`, `must not name ${shared}, which countKinds names too`);
  }
  return {
    dependency: readName(members.need("dependency")),
    failures: failures === undefined ? DEFAULT_BREAKER.failures : readCount(failures, MAX_BREAKER_FAILURES),
    resetAfterMs: readClock(members, "resetAfter") ?? DEFAULT_BREAKER.resetAfterMs,
    windowMs: readClock(members, "window") ?? DEFAULT_BREAKER.windowMs,
    ...resolveKinds(kinds),
  };
}

function readKinds(place: Place | undefined): readonly FailureKind[] | undefined {
  if (place === undefined) return undefined;
  if (!Array.isArray(place.value)) throw place.fault(place.field, "must be a list of kinds of failures");
  return readEach(place, (item) => readWord(item, FAILURE_KINDS));
}
