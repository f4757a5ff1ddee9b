import type { Effect } from "../../contract/policy.ts";

/** Effects by how much they hold back, the loosest lowest. */
const STRICTNESS: Readonly<Record<Effect, number>> = { allow: 0, sanitize: 1, require_approval: 2, deny: 3 };

/** Positive when `left` holds back more than `right`, zero when they are the same effect. */
export function compareStrictness(left: Effect, right: Effect): number {
  return STRICTNESS[left] - STRICTNESS[right];
}
