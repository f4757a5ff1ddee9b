import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { applyEdit } from "../../../src/core/approval/apply-edit.ts";
import { diffInputs, MAX_CHANGES } from "../../../src/core/approval/difference.ts";
import { canonicalJson } from "../../../src/core/canonical.ts";
import { valueAt } from "../../../src/core/guards/value-at.ts";
import { REDACTED } from "../../../src/core/redaction/redacted.ts";
import { createRedactor } from "../../../src/core/redaction/redactor.ts";
import { anyInput, anyJson, isWithin, pointersIn } from "./inputs.ts";

/** The difference of two inputs that hide nothing. */
function diffOpenly(before: unknown, after: unknown) {
  return diffInputs(before, after, { before, after });
}

describe("diffInputs()", () => {
  test.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 0 }, { a: -0 }, []],
    [{ a: 1, b: { c: [1, 2] } }, { a: 2, b: { c: [1, 3] } }, [change("/a", 1, 2), change("/b/c/1", 2, 3)]],
    [
      { a: 1 },
      { b: null },
      [
        { pointer: "/a", from: 1 },
        { pointer: "/b", to: null },
      ],
    ],
    [{ a: [1] }, { a: [1, [2]] }, [{ pointer: "/a/1", to: [2] }]],
    [{ a: [1, 2] }, { a: [1] }, [{ pointer: "/a/1", from: 2 }]],
    [{ a: [] }, { a: {} }, [change("/a", [], {})]],
    [{ a: { b: 1 } }, { a: "x" }, [change("/a", { b: 1 }, "x")]],
    [{ "a/b": 1, "~": 1 }, { "a/b": 2, "~": 2 }, [change("/a~1b", 1, 2), change("/~0", 1, 2)]],
    [1, 2, [change("", 1, 2)]],
  ])("tells what differs between %j and %j by its places", (before, after, changes) => {
    expect(diffOpenly(before, after)).toEqual(changes);
  });

  it("tells that a redacted place differs, and nothing of what stands in it", () => {
    const { redact } = createRedactor();
    const [before, after] = [
      { apiKey: "sk-1", card: { pin: 1 }, n: 1 },
      { apiKey: "sk-2", card: { pin: 2 }, n: 1 },
    ];
    const views = { before: redact(before, ["/card"]), after: redact(after, ["/card"]) };
    expect(diffInputs(before, after, views)).toEqual([
      change("/apiKey", REDACTED, REDACTED),
      change("/card", REDACTED, REDACTED),
    ]);
    expect(diffInputs(before, structuredClone(before), { before: views.before, after: views.before })).toEqual([]);
  });

  it("shows an object as a whole where its view has not every key under its name", () => {
    const view = { x: { "[redacted]": 1 } };
    expect(diffInputs({ x: { k1: 1 } }, { x: { k1: 2 } }, { before: view, after: view })).toEqual([
      change("/x", { "[redacted]": 1 }, { "[redacted]": 1 }),
    ]);
  });

  it("cuts long values short, with a mark, and no pair of surrogates in two", () => {
    const [text] = diffOpenly({ a: "x" }, { a: `${"x".repeat(2_047)}😀` });
    expect(text?.to).toBe(`${"x".repeat(2_047)}… [cut short, 2049 characters in all]`);
    const [list] = diffOpenly({ a: 1 }, { a: Array.from({ length: 2_000 }, () => 7) });
    expect(list?.to).toMatch(/^\[7,7,.*… \[cut short, 4001 characters in all\]$/);
    expect(diffOpenly({ a: 1 }, { a: "y".repeat(2_048) })).toEqual([change("/a", 1, "y".repeat(2_048))]);
  });

  it("compares as a whole what has too long pointers below it", () => {
    const key = "k".repeat(1_000);
    expect(diffOpenly({ a: { [key]: 1 } }, { a: { [key]: 2 } })).toEqual([change("/a", { [key]: 1 }, { [key]: 2 })]);
    expect(diffOpenly({ a: { b: 1 } }, { a: { b: 2 } })).toEqual([change("/a/b", 1, 2)]);
  });

  it("says in its last line that more differs than it lists", () => {
    const inputOf = (value: number, size: number) => Array.from({ length: size }, () => value);
    expect(diffOpenly(inputOf(1, MAX_CHANGES), inputOf(2, MAX_CHANGES))).toHaveLength(MAX_CHANGES);
    const changes = diffOpenly(inputOf(1, 5_000), inputOf(2, 5_000));
    expect(changes).toHaveLength(MAX_CHANGES);
    expect(changes.slice(-2)).toEqual([change("/198", 1, 2), { pointer: "", to: "[further places differ]" }]);
  });

  it("names the places where two inputs differ, all of them and no other", () => {
    const property = fc.property(anyInput, anyInput, (before, after) => {
      const changes = diffOpenly(before, after);
      for (const { pointer, from, to } of changes) {
        expect([valueAt(before, pointer), valueAt(after, pointer)]).toEqual([from, to]);
        expect(from === undefined ? "" : canonicalJson(from)).not.toBe(to === undefined ? "" : canonicalJson(to));
      }
      const isNamed = (place: string) => changes.some(({ pointer }) => isWithin(place, pointer));
      for (const place of [...pointersIn(before), ...pointersIn(after)].filter((each) => !isNamed(each))) {
        const [from, to] = [valueAt(before, place), valueAt(after, place)];
        if (typeof from !== "object" || from === null) expect(to).toEqual(from);
      }
      expect(changes.length === 0).toBe(canonicalJson(before) === canonicalJson(after));
    });
    fc.assert(property);
  });

  it("names exactly what an edit changed", () => {
    const anyEdit = anyInput
      .filter((input) => pointersIn(input).length > 0)
      .chain((input) => fc.tuple(fc.constant(input), fc.constantFrom(...pointersIn(input)), anyJson));
    const property = fc.property(anyEdit, ([input, pointer, value]) => {
      const edited = applyEdit(input, { [pointer]: value });
      fc.pre("input" in edited);
      const changes = diffOpenly(input, "input" in edited ? edited.input : undefined);
      expect(changes).not.toEqual([]);
      for (const change of changes) expect(isWithin(change.pointer, pointer)).toBe(true);
    });
    fc.assert(property);
  });
});

function change(pointer: string, from: unknown, to: unknown) {
  return { pointer, from, to };
}
