import fc from "fast-check";
import { factKeyOf } from "../../src/core/guards/facts.ts";
import type { FactPlace } from "../../src/store/facts.ts";

type Values = readonly (string | number)[];

/** Something that happens to sessions. */
export type FactOperation =
  | {
      readonly kind: "prove";
      readonly place: FactPlace;
      readonly values: Values;
      readonly hours: number;
      readonly max: number;
    }
  | { readonly kind: "find"; readonly place: FactPlace; readonly values: Values }
  | { readonly kind: "close"; readonly place: FactPlace; readonly scope: string | undefined }
  | { readonly kind: "age"; readonly hours: number }
  | { readonly kind: "expire"; readonly maxRows: number };

interface Scope {
  endsAtHours: number;
  isClosed: boolean;
  /** Hour at which each fact ends, by value. */
  readonly facts: Map<string | number, number>;
}

const SESSION_HOURS = 24;

const place = fc.record({
  tenant: fc.constant("default"),
  actor: fc.constantFrom("agent", "eve"),
  id: fc.constantFrom("s1", "s2"),
  scope: fc.constantFrom("default", "other"),
});
const values = fc.array(fc.constantFrom<(string | number)[]>("1", "2", 1, 2, 3), { maxLength: 4 });
// Time passes by half hours beside whole ones, so that nothing ends in the moment in which somebody looks.
const hours = fc.constantFrom(1, 2, 5, 23, 24);
const passing = fc.constantFrom(0.5, 1.5, 4.5, 23.5);

/** Orders of operations in which sessions, facts and ends often meet. */
export const operations: fc.Arbitrary<FactOperation[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("prove"), place, values, hours, max: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("find"), place, values }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("close"), place, scope: fc.constantFrom("default", undefined) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("age"), hours: passing }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire"), maxRows: fc.constantFrom(1, 100) }) },
  ),
  { maxLength: 20 },
);

/** What sessions are, in memory and without anything beside them; gives for each operation what the tables must answer. */
export function createFactModel(): (operation: FactOperation) => unknown {
  const scopes = new Map<string, Scope>();
  let nowHours = 0;
  const nameOf = ({ actor, id, scope }: FactPlace): string => JSON.stringify([actor, id, scope]);
  const isCurrent = (scope: Scope): boolean => !scope.isClosed && scope.endsAtHours > nowHours;
  const held = (scope: Scope | undefined): (string | number)[] =>
    [...(scope?.facts ?? [])].filter(([, endsAt]) => endsAt > nowHours).map(([value]) => value);

  function prove({ place: at, values: given, hours: lasts, max }: Extract<FactOperation, { kind: "prove" }>): unknown {
    const distinct = [...new Set(given)];
    const scope = scopes.get(nameOf(at)) ?? {
      endsAtHours: 0,
      isClosed: false,
      facts: new Map<string | number, number>(),
    };
    scopes.set(nameOf(at), scope);
    if (scope.isClosed) return { stored: 0, dropped: distinct.length, kinds: [] };
    scope.endsAtHours = Math.max(scope.endsAtHours, nowHours + SESSION_HOURS);
    let stored = 0;
    const heldBefore = held(scope);
    for (const value of distinct) {
      if (!heldBefore.includes(value) && held(scope).length >= max) continue;
      scope.facts.set(value, Math.max(scope.facts.get(value) ?? 0, nowHours + lasts));
      stored += 1;
    }
    return { stored, dropped: distinct.length - stored, kinds: stored === 0 ? [] : ["seen"] };
  }

  function find({ place: at, values: asked }: Extract<FactOperation, { kind: "find" }>): unknown {
    const scope = scopes.get(nameOf(at));
    const proven = scope !== undefined && isCurrent(scope) ? held(scope) : [];
    return {
      isClosed: scope?.isClosed === true,
      held: proven.length,
      proven: asked.filter((value) => proven.includes(value)).map((value) => factKeyOf("seen", value)),
    };
  }

  function close({ place: at, scope: only }: Extract<FactOperation, { kind: "close" }>): string[] {
    return ["default", "other"].filter((name) => {
      const scope = only === undefined || only === name ? scopes.get(nameOf({ ...at, scope: name })) : undefined;
      if (scope === undefined || !isCurrent(scope)) return false;
      scope.isClosed = true;
      return true;
    });
  }

  return (operation) => {
    switch (operation.kind) {
      case "prove":
        return prove(operation);
      case "find":
        return find(operation);
      case "close":
        return close(operation);
      case "age":
        nowHours += operation.hours;
        return undefined;
      case "expire":
        return undefined;
    }
  };
}
