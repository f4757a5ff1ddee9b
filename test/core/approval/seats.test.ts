import fc from "fast-check";
import { expect, test } from "vitest";
import { canSeatAll, type Seats } from "../../../src/core/approval/seats.ts";

function seatsOf(needed: number, ...candidates: readonly string[]): Seats {
  return { needed, candidates: new Set(candidates) };
}

test.each<[string, Seats[], boolean]>([
  ["seats nobody where nobody is needed", [], true],
  ["lets a person give way who can sit elsewhere", [seatsOf(1, "a", "b"), seatsOf(1, "a")], true],
  [
    "says no where there are fewer people than places",
    [seatsOf(1, "a", "b"), seatsOf(1, "b", "c"), seatsOf(1, "a"), seatsOf(1, "b")],
    false,
  ],
  ["moves more than one", [seatsOf(1, "a", "b"), seatsOf(1, "b", "c"), seatsOf(1, "a")], true],
  ["has one place for a person in all", [seatsOf(1, "a"), seatsOf(1, "a")], false],
  ["needs several for one stage", [seatsOf(2, "a", "b", "c"), seatsOf(1, "a")], true],
])("canSeatAll() %s", (_title, stages, isPossible) => {
  expect(canSeatAll(stages)).toBe(isPossible);
});

/** Whether any choice at all seats everybody who is needed, tried out. */
function tryAll([stage, ...rest]: readonly Seats[], taken: ReadonlySet<string>): boolean {
  if (stage === undefined) return true;
  if (stage.needed === 0) return tryAll(rest, taken);
  const more = { ...stage, needed: stage.needed - 1 };
  return [...stage.candidates].some(
    (person) => !taken.has(person) && tryAll([more, ...rest], new Set([...taken, person])),
  );
}

test("canSeatAll() says what trying out every choice says", () => {
  const anyStage = fc
    .uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 })
    .chain((candidates) =>
      fc.integer({ min: 1, max: candidates.length }).map((needed) => seatsOf(needed, ...candidates)),
    );
  fc.assert(
    fc.property(fc.array(anyStage, { maxLength: 3 }), (stages) => {
      expect(canSeatAll(stages)).toBe(tryAll(stages, new Set()));
    }),
  );
});
