import fc from "fast-check";
import { expect, test } from "vitest";
import { createSecretMask } from "../../../src/core/redaction/secret-mask.ts";

function buildMask(...secrets: string[]) {
  const mask = createSecretMask();
  for (const secret of secrets) mask.add(secret);
  return mask;
}

test("maskText() takes out every place where a secret stands verbatim, and leaves what surrounds it", () => {
  const mask = buildMask("correct-horse");
  expect(mask.maskText("correct-horse, again correct-horse.")).toBe("[redacted], again [redacted].");
});

test("maskText() takes out a secret whole that holds another one", () => {
  expect(buildMask("abcdefgh", "xxabcdefghxx").maskText("xxabcdefghxx")).toBe("[redacted]");
});

test("add() doesn't look for what is shorter than 8 characters, and knows a secret once", () => {
  expect(buildMask("on", "1234567").maskText("on, 1234567")).toBe("on, 1234567");
  expect(buildMask("12345678", "12345678").maskText("12345678")).toBe("[redacted]");
});

test("maskValue() masks keys and texts at any depth, and copies nothing while no secret is known", () => {
  const value = { list: ["Bearer correct-horse"], "correct-horse": { deep: 1 } };
  expect(buildMask("correct-horse").maskValue(value)).toEqual({
    list: ["Bearer [redacted]"],
    "[redacted]": { deep: 1 },
  });
  expect(buildMask().maskValue(value)).toBe(value);
});

test("maskValue() leaves no secret in whatever JSON holds it", () => {
  const secret = fc
    .string({ minLength: 8 })
    .filter((text) => !"[redacted]".includes(text) && !text.includes("[redacted]"));
  fc.assert(
    fc.property(secret, fc.jsonValue(), fc.string(), (hidden, other, around) => {
      const value = { other, list: [around + hidden, { [hidden]: hidden }] };
      const texts = textsOf(buildMask(hidden).maskValue(value));
      expect(texts.filter((text) => text.split("[redacted]").some((part) => part.includes(hidden)))).toEqual([]);
    }),
  );
});

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsOf(member)]);
}
