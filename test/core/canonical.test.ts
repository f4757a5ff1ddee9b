import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/core/canonical.ts";

/** Bits of a double and its text, from appendix B of RFC 8785. */
const NUMBERS: readonly (readonly [string, string])[] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

/** An object with the members in reverse order, at every level. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const);
  return Object.fromEntries(members.toReversed());
}

describe("canonicalJson", () => {
  test("canonicalJson() writes the example of RFC 8785 section 3.2.2", () => {
    const text = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(text))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test("canonicalJson() sorts keys by UTF-16 code units as in RFC 8785 section 3.2.3", () => {
    const value = { "\u20ac": 5, "\r": 1, "\ufb33": 7, "1": 2, "\ud83d\ude00": 6, "\u0080": 3, "\u00f6": 4 };
    const parsed = JSON.parse(canonicalJson(value)) as Record<string, number>;
    expect(
      canonicalJson(value)
        .match(/\d(?=[,}])/g)
        ?.join(""),
    ).toBe("1234567");
    expect(parsed).toEqual(value);
  });

  test.each(NUMBERS)("canonicalJson() writes the number of bits %s as %s", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });

  test("canonicalJson() gives equal text for equal values, whatever the order of keys, and loses nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });

  test("canonicalJson() writes lone surrogates in texts and keys as U+FFFD, and pairs as they are", () => {
    expect(canonicalJson({ "\udc00": "a\ud800b", "\ud83d\ude00": 1 })).toBe('{"\ud83d\ude00":1,"\ufffd":"a\ufffdb"}');
  });

  test("canonicalJson() keeps the same one of two keys that become equal, whatever their order", () => {
    expect(canonicalJson({ "\ud800": 1, "\ud801": 2 })).toBe(canonicalJson({ "\ud801": 2, "\ud800": 1 }));
  });

  test("canonicalJson() carries a member named __proto__ as a mere member", () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });

  test("canonicalJson() takes a date as its JSON and leaves absent members out", () => {
    expect(canonicalJson({ at: new Date(0), none: undefined })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  test("canonicalJson() takes the same object twice side by side", () => {
    const shared = { a: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });

  test.each([
    [undefined, "no JSON form"],
    [() => 1, "no JSON form"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [1n, "BigInt"],
  ])("canonicalJson(%s) throws, since JSON can't say it", (value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });

  test("canonicalJson() throws for a value that contains itself", () => {
    const value: { self?: unknown } = {};
    value.self = [value];
    expect(() => canonicalJson(value)).toThrow("contains itself");
  });
});
