import type { BreakerLimit } from "../../contract/policy.ts";

/** A named choice of the failures that a breaker counts. */
export type BreakerPreset = "default" | "strict" | "infra_only";

const INFRASTRUCTURE: BreakerLimit["countKinds"] = ["transport", "timeout"];
const UNHEALTHY: BreakerLimit["countKinds"] = [...INFRASTRUCTURE, "overloaded"];

/** Kinds that open a breaker, by preset: whatever says that the dependency can't work, that it won't work for us, or can't be reached. */
const COUNTED: Readonly<Record<BreakerPreset, BreakerLimit["countKinds"]>> = {
  default: UNHEALTHY,
  strict: [...UNHEALTHY, "throttled", "auth"],
  infra_only: INFRASTRUCTURE,
};

/** Kinds that show that the dependency answers and only this one request was wrong, whatever the preset. */
const IGNORED: BreakerLimit["ignoreKinds"] = ["invalid", "not_found", "conflict"];

/** The kinds that a breaker counts and those that it takes for an answer, as lists of the caller's own. */
export function breakerKinds(preset: BreakerPreset): Pick<BreakerLimit, "countKinds" | "ignoreKinds"> {
  return { countKinds: [...COUNTED[preset]], ignoreKinds: [...IGNORED] };
}
