import { parsePolicy } from "countersign/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeSanitizeTerms } from "../../../../src/core/policy/document/sanitize-terms.ts";
import { faultsOf } from "../documents.ts";
import { sanitizeInput } from "../../../../src/core/policy/sanitize.ts";

function documentWith(sanitize: unknown, effect = "sanitize"): object {
  return { version: 1, rules: [{ name: "only", effect, sanitize }] };
}

describe("sanitize in a document", () => {
  it("sanitize is read with what it sets, removes and masks", () => {
    const set = { "/text": "[masked]", "/a~1b": { deep: [1, null] } };
    const document = parsePolicy(documentWith({ set, remove: "/bcc", mask: ["/card", "/card", "/pin"] }));
    expect(document.rules[0]?.sanitize).toEqual({ set, remove: ["/bcc"], mask: ["/card", "/pin"] });
    expect(Object.isFrozen(document.rules[0]?.sanitize?.set)).toBe(true);
  });

  it("sanitize may stand beside an approval", () => {
    expect(() => parsePolicy(documentWith({ remove: ["/bcc"] }, "require_approval"))).not.toThrow();
  });

  it.each<[sanitize: unknown, expected: object]>([
    [{}, { message: "This changes nothing", path: "rules[0].sanitize" }],
    ["/a", { message: "This must be a mapping of keys to values" }],
    [{ delete: ["/a"] }, { message: 'Unknown key "delete"' }],
    [{ remove: [] }, { message: "This list is empty and would never match" }],
    [{ remove: ["a"] }, { message: "This must be a JSON pointer", hint: "for example /customer/email" }],
    [{ remove: [""] }, { message: "This must not be empty" }],
    [{ remove: ["/a~2"] }, { message: "This must be a JSON pointer" }],
    [{ mask: ["/a~"] }, { message: "This must be a JSON pointer" }],
    [{ mask: ["/a".repeat(65)] }, { message: "This must be a JSON pointer" }],
    [{ mask: [`/${"a".repeat(500)}`] }, { message: "This has at most 500 characters" }],
    [
      { remove: ["/a"], mask: ["/a"] },
      { message: "This place is removed already", path: "rules[0].sanitize.mask[0]" },
    ],
    [{ set: [] }, { message: "This must be a mapping of JSON pointers to values" }],
    [{ set: {} }, { message: "This must be a mapping of JSON pointers to values" }],
    [{ set: { text: "x" } }, { message: "This must be a JSON pointer", path: "rules[0].sanitize.set.text" }],
    [{ set: { "/a": Number.NaN } }, { message: "The value is not a finite number" }],
    [{ set: { "/a": "\u0000" } }, { message: "The value holds a NUL character" }],
    [
      { set: { "/a": JSON.parse('{"__proto__":1}') as unknown } },
      { message: "The value has a member named __proto__, which is not allowed" },
    ],
  ])("sanitize refuses %j", (sanitize, expected) => {
    expect(faultsOf(documentWith(sanitize))[0]).toMatchObject(expected);
  });

  it("sanitize is refused where nothing is changed, and required where something is", () => {
    for (const effect of ["allow", "deny"]) {
      expect(faultsOf(documentWith({ remove: ["/a"] }, effect))).toMatchObject([
        { message: `A rule with effect ${effect} changes nothing`, path: "rules[0].sanitize" },
      ]);
    }
    expect(faultsOf(documentWith(undefined))).toMatchObject([
      { message: "The rule doesn't say what to change", path: "rules[0].effect" },
    ]);
  });
});

describe("mergeSanitizeTerms", () => {
  it("mergeSanitizeTerms() removes and masks what either wants, and lets the first one's values stand", () => {
    const first = { set: { "/a": 1 }, remove: ["/r"], mask: ["/m"] };
    const second = { set: { "/a": 2, "/b": 3 }, remove: ["/r", "/s"], mask: ["/n"] };
    expect(mergeSanitizeTerms(first, second)).toEqual({
      set: { "/a": 1, "/b": 3 },
      remove: ["/r", "/s"],
      mask: ["/m", "/n"],
    });
    expect(mergeSanitizeTerms({ remove: ["/r"] }, { mask: ["/m"] })).toEqual({ remove: ["/r"], mask: ["/m"] });
    expect(mergeSanitizeTerms({ set: { "/a": 1 } }, { set: { "/a": 2 } })).toEqual({ set: { "/a": 1 } });
  });

  it.each(["/r", "/r/x", "/m", "/m/deep/er", "/outer", "/a/b"])(
    "mergeSanitizeTerms() keeps the second from setting %s, which the first one changes",
    (place) => {
      const first = { set: { "/a": {} }, remove: ["/r", "/outer/inner"], mask: ["/m"] };
      expect(mergeSanitizeTerms(first, { set: { [place]: "back again" } }).set).toEqual({ "/a": {} });
    },
  );

  it("mergeSanitizeTerms() never lets the second bring back what the first takes away", () => {
    const place = fc.constantFrom("/a", "/b", "/a/x", "/b/y", "/a/x/z");
    const places = fc.uniqueArray(place, { maxLength: 3 });
    const secret = { a: { x: { z: "secret" }, w: 1 }, b: { y: "secret" } };
    fc.assert(
      fc.property(places, places, places, (remove, added, more) => {
        const set = Object.fromEntries(added.map((pointer) => [pointer, "back"]));
        const alone = sanitizeInput(secret, { remove });
        const both = sanitizeInput(secret, mergeSanitizeTerms({ remove }, { set, remove: more }));
        if ("fault" in both || "fault" in alone) return;
        for (const pointer of remove) expect(valueAt(both.input, pointer)).toBeUndefined();
      }),
    );
  });
});

function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .slice(1)
    .split("/")
    .reduce<unknown>((at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined), value);
}
