import { createHash } from "node:crypto";
import type { FactCapacity, FactRequirement } from "../../contract/policy.ts";
import { canonicalJson } from "../canonical.ts";
import type { GuardedCallFacts } from "./guarded-call.ts";
import { type GuardRefusal, refuse } from "./refusal.ts";
import { valueAt } from "./value-at.ts";

/** Members of a list that one requirement looks at; a longer list is not proven. Our choice: more than any session is made to hold. */
const MAX_LISTED_VALUES = 1_000;
/** Missing facts that a refusal names; of the rest it tells the number. Our choice: more than a model can act upon. */
const MAX_NAMED = 20;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** What a fact can be about. `1` and `"1"` are different values. */
export type FactValue = string | number | boolean;

/** One fact that must be proven before a call. */
export interface RequiredFact {
  readonly kind: string;
  /** JSON pointer into the input, as the requirement has it. */
  readonly from: string;
  /** Place in the list that stands at `from`, when a list stands there. */
  readonly index?: number;
  /** What to do first, as the requirement has it. */
  readonly hint?: string;
  /** As {@link factKeyOf}; absent for what nothing can prove, such as null or an empty list. */
  readonly key?: string;
}

/** Whether a value is one that a fact can be about: a text that is well-formed, a finite number, true or false. */
export function isFactValue(value: unknown): value is FactValue {
  if (typeof value === "string") return !LONE_SURROGATE.test(value);
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

/** What stands for a fact wherever it is kept and compared: SHA-256, in hex, of the typed pair. The value itself is never kept. */
export function factKeyOf(kind: string, value: FactValue): string {
  return createHash("sha256")
    .update(canonicalJson([kind, value]))
    .digest("hex");
}

/**
 * The facts that a call needs, or its refusal (`session_required`) when it names no session to find them in.
 * Of a list every member must be proven; an empty one, null and whatever is no {@link FactValue} never are.
 */
export function requiredFactsOf(
  requires: readonly FactRequirement[],
  call: GuardedCallFacts,
): readonly RequiredFact[] | GuardRefusal {
  if (requires.length === 0) return [];
  if (call.session === undefined) {
    const kinds = [...new Set(requires.map(({ kind }) => kind))].slice(0, MAX_NAMED);
    return refuse("facts", "session_required", {
      message: "The action requires facts of a session and the call names none",
      details: { kinds },
    });
  }
  return requires.flatMap((requirement) => factsOf(requirement, valueAt(call.input, requirement.from)));
}

function factsOf(requirement: FactRequirement, value: unknown): readonly RequiredFact[] {
  const { kind, from, hint } = requirement;
  const fact = { kind, from, ...(hint === undefined ? {} : { hint }) };
  if (!Array.isArray(value)) return [withKey(fact, value)];
  if (value.length === 0 || value.length > MAX_LISTED_VALUES) return [fact];
  return value.map((member: unknown, index) => withKey({ ...fact, index }, member));
}

function withKey(fact: RequiredFact, value: unknown): RequiredFact {
  return isFactValue(value) ? { ...fact, key: factKeyOf(fact.kind, value) } : fact;
}

/** Refuses a call (`fact_missing`) unless each of its facts is among the keys that the session holds. Tells places and kinds, no value. */
export function judgeFacts(required: readonly RequiredFact[], proven: ReadonlySet<string>): GuardRefusal | undefined {
  const missing = required.filter(({ key }) => key === undefined || !proven.has(key));
  if (missing.length === 0) return undefined;
  const kinds = [...new Set(missing.map(({ kind }) => kind))];
  const hints = [...new Set(missing.flatMap(({ hint }) => hint ?? []))];
  const more = missing.length - MAX_NAMED;
  return refuse("facts", "fact_missing", {
    message: `The session has not proven what the action requires: ${kinds.slice(0, MAX_NAMED).join(", ")}`,
    details: {
      missing: missing.slice(0, MAX_NAMED).map(({ key: _key, ...named }) => named),
      ...(more > 0 ? { more } : {}),
      hints,
      ...(hints[0] === undefined ? {} : { hint: hints[0] }),
    },
  });
}

/** Refuses a call (`session_required`) that requires facts of a session which somebody closed. */
export function refuseClosedSession(): GuardRefusal {
  return refuse("facts", "session_required", {
    message: "The action requires facts of a session and the session is closed",
    details: { closed: true },
  });
}

/**
 * Refuses a call (`too_large`) of an action that proves something when the session is full, before it runs.
 * @param held facts that the session holds and that have not expired
 */
export function judgeCapacity({ max, onFull }: FactCapacity, held: number): GuardRefusal | undefined {
  if (onFull === "truncate" || held < max) return undefined;
  return refuse("facts", "too_large", {
    message: `The session holds as many facts as it may, which is ${max}`,
    details: { limit: max, used: held },
  });
}
