import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { applyEdit, checkEditPointers, MAX_EDITED_PLACES } from "../../../src/core/approval/apply-edit.ts";
import { valueAt } from "../../../src/core/guards/value-at.ts";
import { canonicalJson } from "../../../src/core/canonical.ts";
import { anyInput, anyJson, isWithin, pointersIn } from "./inputs.ts";

const INPUT = { amountCents: 500, note: { text: "late", tags: ["a", "b"] }, secret: "kept" };

describe("applyEdit()", () => {
  test.each([
    [{ "/amountCents": 400 }, { ...INPUT, amountCents: 400 }],
    [{ "/currency": "EUR" }, { ...INPUT, currency: "EUR" }],
    [{ "/note/text": null }, { ...INPUT, note: { text: null, tags: ["a", "b"] } }],
    [{ "/note/tags/1": { x: 1 } }, { ...INPUT, note: { text: "late", tags: ["a", { x: 1 }] } }],
    [
      { "/note/tags/-": "c", "/note/tags/0": "z" },
      { ...INPUT, note: { text: "late", tags: ["z", "b", "c"] } },
    ],
    [{ "/constructor": 1 }, { ...INPUT, constructor: 1 }],
    [{ "/note/a~1b": 1 }, { ...INPUT, note: { text: "late", tags: ["a", "b"], "a/b": 1 } }],
  ])("sets, replaces and appends what %j names", (edit, input) => {
    const before = structuredClone(INPUT);
    expect(applyEdit(INPUT, edit)).toEqual({ input });
    expect(INPUT).toEqual(before);
  });

  test.each([
    [{ "/a/b": 1 }, "The input has no place for /a/b"],
    [{ "/amountCents/x": 1 }, "The input has no place for /amountCents/x"],
    [{ "/note/tags/2": 1 }, "The input has no place for /note/tags/2"],
    [{ "/note/tags/01": 1 }, "The input has no place for /note/tags/01"],
    [{ "/note/tags/0/x": 1 }, "The input has no place for /note/tags/0/x"],
    [{ "/note/tags/-/x": 1 }, "The input has no place for /note/tags/-/x"],
    [{ "/constructor/x": 1 }, "The input has no place for /constructor/x"],
    [
      JSON.parse('{"/__proto__": {"a": 1}}'),
      "The edited input at its top has a member named __proto__, which is not allowed",
    ],
    [{ "/note/text": "\0" }, "The edited input at /note/text holds a NUL character"],
    [{ "/amountCents": 500, "/note/tags": ["a", "b"] }, "The edit changes nothing"],
    [{}, "The edit names no place"],
  ])("refuses %j", (edit: Record<string, unknown>, fault) => {
    expect(applyEdit(INPUT, edit)).toEqual({ fault });
  });

  it("refuses an input that holds nothing", () => {
    expect(applyEdit("text", { "/a": 1 })).toEqual({ fault: "The input has no place for /a" });
  });

  it("touches only the places that it names, and puts there what it was given", () => {
    const anyEdited = anyInput
      .filter((input) => pointersIn(input).length > 0)
      .chain((input) => fc.tuple(fc.constant(input), fc.constantFrom(...pointersIn(input)), anyJson));
    const property = fc.property(anyEdited, ([input, pointer, value]) => {
      fc.pre(canonicalJson(valueAt(input, pointer)) !== canonicalJson(value));
      const edited = applyEdit(input, { [pointer]: value });
      if ("fault" in edited) throw new Error(edited.fault);
      expect(valueAt(edited.input, pointer)).toEqual(value);
      const untouched = (each: string) => !isWithin(each, pointer) && !isWithin(pointer, each);
      const apart = pointersIn(input).filter(untouched);
      expect(pointersIn(edited.input).filter(untouched)).toEqual(apart);
      for (const each of apart) expect(valueAt(edited.input, each)).toBe(valueAt(input, each));
    });
    fc.assert(property);
  });

  it("never throws, and gives the same whatever the order of its places", () => {
    const anyEdit = fc.dictionary(
      fc.constantFrom("/a", "/a/0", "/b/-", "/b/a", "/a~1b", "/", "x", "/__proto__"),
      anyJson,
    );
    const property = fc.property(anyInput, anyEdit, (input, edit) => {
      const turned = Object.fromEntries(Object.entries(edit).toReversed());
      const [one, other] = [applyEdit(input, edit), applyEdit(input, turned)];
      expect("fault" in one).toBe("fault" in other);
      if ("input" in one) expect(other).toEqual(one);
    });
    fc.assert(property);
  });
});

describe("checkEditPointers()", () => {
  test.each([
    [["/a", "/b", "/ab", "/a~1b"], undefined],
    [[], "The edit names no place"],
    [[""], "The edit names the whole input, which is no place inside it"],
    [["a"], "The edit names a, which is no place inside it"],
    [["/a~2"], "The edit names /a~2, which is no place inside it"],
    [["/a".repeat(65)], `The edit names ${"/a".repeat(65)}, which is no place inside it`],
    [["/b", "/a/0", "/a"], "The edit names /a/0 and a place within it"],
    [Array.from({ length: MAX_EDITED_PLACES + 1 }, (_, index) => `/${index}`), "An edit names at most 100 places"],
  ])("judges the places %j by themselves", (pointers, fault) => {
    expect(checkEditPointers(Object.fromEntries(pointers.map((pointer) => [pointer, 1])))).toBe(fault);
  });
});
