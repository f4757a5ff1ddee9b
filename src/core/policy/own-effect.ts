import type { Effect, RecordedVerdict } from "../../contract/policy.ts";

/** What policy itself said of a call: where grants stood for an approval it asked for one, where a budget asked people it asked nobody. */
export function ownEffectOf({
  effect,
  granted,
  exceeds,
  sanitized,
}: Pick<RecordedVerdict, "effect" | "granted" | "exceeds" | "sanitized">): Effect {
  if (granted !== undefined) return "require_approval";
  if (exceeds !== true) return effect;
  return sanitized === undefined ? "allow" : "sanitize";
}
