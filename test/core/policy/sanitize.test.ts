import { sanitizeInput } from "countersign/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SanitizeTerms } from "../../../src/core/policy/document/sanitize-terms.ts";

const none = { set: [], removed: [], masked: [] };

function parse(json: string): unknown {
  return JSON.parse(json);
}

describe("sanitizeInput", () => {
  it.each<[what: string, input: unknown, terms: SanitizeTerms, output: unknown, changed: object]>([
    ["removes a member", { a: 1, bcc: 2 }, { remove: ["/bcc"] }, { a: 1 }, { removed: ["/bcc"] }],
    ["ignores what isn't there", { a: 1 }, { remove: ["/b", "/a/x", "/c/d"], mask: ["/e"] }, { a: 1 }, {}],
    [
      "removes members of a list by where they stood",
      { list: [0, 1, 2, 3] },
      { remove: ["/list/1", "/list/2", "/list/9", "/list/x", "/list/01"] },
      { list: [0, 3] },
      { removed: ["/list/1", "/list/2"] },
    ],
    [
      "finds later members of a list where they stood",
      { list: ["a", "b", { c: 1 }] },
      { remove: ["/list/0"], mask: ["/list/1"], set: { "/list/2/c": 2 } },
      { list: ["****", { c: 2 }] },
      { removed: ["/list/0"], masked: ["/list/1"], set: ["/list/2/c"] },
    ],
    [
      "looks into nothing that was removed",
      { l: [{ a: 1 }] },
      { remove: ["/l/0"], mask: ["/l/0/a"] },
      { l: [] },
      { removed: ["/l/0"] },
    ],
    ["masks a short text whole", { pin: "1234" }, { mask: ["/pin"] }, { pin: "****" }, { masked: ["/pin"] }],
    ["masks a text of eleven whole", { t: "12345678901" }, { mask: ["/t"] }, { t: "****" }, { masked: ["/t"] }],
    [
      "masks a long text but for its end",
      { t: "4111111111111111" },
      { mask: ["/t"] },
      { t: "****1111" },
      { masked: ["/t"] },
    ],
    [
      "cuts no character in two",
      { t: `123456789${"😀".repeat(4)}` },
      { mask: ["/t"] },
      { t: `****${"😀".repeat(4)}` },
      { masked: ["/t"] },
    ],
    [
      "masks all that is in a container",
      { card: { number: "4111111111111111", cvc: 123, ok: true, none: null, tags: ["x", 1] } },
      { mask: ["/card"] },
      { card: { number: "****1111", cvc: "****", ok: "****", none: null, tags: ["****", "****"] } },
      { masked: ["/card"] },
    ],
    ["masks null as null", { a: null }, { mask: ["/a"] }, { a: null }, { masked: ["/a"] }],
    ["sets a member", { a: { b: 1 } }, { set: { "/a/b": { c: [2] } } }, { a: { b: { c: [2] } } }, { set: ["/a/b"] }],
    ["sets a missing member", { a: {} }, { set: { "/a/b": 1 } }, { a: { b: 1 } }, { set: ["/a/b"] }],
    ["sets what it set before", {}, { set: { "/a": {}, "/a/b": 1 } }, { a: { b: 1 } }, { set: ["/a", "/a/b"] }],
    ["sets a member of a list", [1, 2], { set: { "/0": 9 } }, [9, 2], { set: ["/0"] }],
    ["adds to a list", { l: [1] }, { set: { "/l/-": 2, "/l/2": 3 } }, { l: [1, 2, 3] }, { set: ["/l/-", "/l/2"] }],
    ["sets last", { a: 1 }, { set: { "/a": 2 }, remove: ["/a"] }, { a: 2 }, { set: ["/a"], removed: ["/a"] }],
    [
      "reads escapes",
      { "a/b": { "~": 1, "": 2 } },
      { remove: ["/a~1b/~0", "/a~1b/"] },
      { "a/b": {} },
      { removed: ["/a~1b/~0", "/a~1b/"] },
    ],
    [
      "takes __proto__ for a key",
      parse('{"__proto__":{"x":1},"a":1}'),
      { remove: ["/__proto__/x"] },
      parse('{"__proto__":{},"a":1}'),
      { removed: ["/__proto__/x"] },
    ],
    ["inherits nothing", {}, { remove: ["/__proto__", "/constructor"], mask: ["/toString"] }, {}, {}],
    ["leaves what is no container", "text", { remove: ["/a"] }, "text", {}],
    ["changes nothing without terms", { a: 1 }, {}, { a: 1 }, {}],
  ])("sanitizeInput() %s", (_, ...[input, terms, output, changed]) => {
    const before = structuredClone(input);
    expect(sanitizeInput(input, terms)).toEqual({ input: output, changed: { ...none, ...changed } });
    expect(input).toEqual(before);
  });

  it("sanitizeInput() makes an own member of __proto__ when it is set", () => {
    const sanitized = sanitizeInput({}, { set: { "/__proto__": { polluted: true } } });
    const input = "input" in sanitized ? sanitized.input : undefined;
    expect(JSON.stringify(input)).toBe('{"__proto__":{"polluted":true}}');
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it.each<[what: string, input: unknown, set: string]>([
    ["a parent that is missing", { a: {} }, "/a/b/c"],
    ["a parent that is a text", { a: "text" }, "/a/b"],
    ["a place beyond a list's end", { a: [1] }, "/a/2"],
    ["a name in a list", { a: [1] }, "/a/x"],
    ["a whole that is a text", "text", "/a"],
    ["a whole that is missing", undefined, "/a"],
  ])("sanitizeInput() finds a fault in setting with %s, and repeats no value", (_, input, pointer) => {
    const fault = `The input has no place for ${pointer}, which the policy sets`;
    expect(sanitizeInput(input, { set: { [pointer]: "secret" } })).toEqual({ fault });
  });

  it("sanitizeInput() finds a fault in setting what was removed from a list", () => {
    expect(sanitizeInput([1], { remove: ["/0"], set: { "/0/a": 1 } })).toHaveProperty("fault");
  });

  it.each<[what: string, input: unknown, terms: unknown]>([
    ["a pointer that is none", { a: 1 }, { remove: ["a"] }],
    ["the whole input", { a: 1 }, { set: { "": 1 } }],
    ["pointers that are no list", { a: 1 }, { remove: 7 }],
    ["no terms", { a: 1 }, null],
    ["a value that can't be copied", { a: 1 }, { set: { "/a": () => 1 } }],
    ["a cycle to be masked", cyclic(), { mask: ["/self"] }],
    ["a getter that throws", throwing(), { mask: ["/a"] }],
  ])("sanitizeInput() never throws: %s", (_, input, terms) => {
    expect(sanitizeInput(input, terms as SanitizeTerms)).toEqual({ fault: expect.any(String) as string });
  });

  it("sanitizeInput() shares what no pointer leads into, and keeps what an object is", () => {
    class Letter {
      readonly text = "hi";
      bcc = "x";
    }
    const letter = new Letter();
    const other = { deep: {} };
    const sanitized = sanitizeInput({ letter, other }, { remove: ["/letter/bcc"] });
    const { input } = sanitized as unknown as { readonly input: { readonly letter: Letter; readonly other: object } };
    expect(input.letter).toBeInstanceOf(Letter);
    expect(Object.keys(input.letter)).toEqual(["text"]);
    expect(letter.bcc).toBe("x");
    expect(input.other).toBe(other);
  });

  it("sanitizeInput() closes up long lists", () => {
    const list = Array.from({ length: 300_000 }, (_, index) => index);
    const sanitized = sanitizeInput({ list }, { remove: ["/list/0"] });
    expect("input" in sanitized && (sanitized.input as { list: unknown[] }).list.length).toBe(299_999);
  });

  it("sanitizeInput() never throws and never changes what it is given, whatever that is", () => {
    const pointer = fc.oneof(fc.string(), fc.constantFrom("/a", "/0", "/a/0", "/-", "/__proto__", "/a/b"));
    const terms = fc.record(
      { set: fc.dictionary(pointer, fc.jsonValue()), remove: fc.array(pointer), mask: fc.array(pointer) },
      { requiredKeys: [] },
    );
    const input = fc.oneof(fc.anything({ withNullPrototype: true, withSparseArray: true }), fc.jsonValue());
    fc.assert(
      fc.property(input, terms, (given, changes) => {
        const before = fc.stringify(given);
        sanitizeInput(given, changes);
        expect(fc.stringify(given)).toBe(before);
      }),
    );
  });
});

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
}

function throwing(): unknown {
  return Object.defineProperty({}, "a", {
    enumerable: true,
    get: () => {
      throw new Error("secret");
    },
  });
}
