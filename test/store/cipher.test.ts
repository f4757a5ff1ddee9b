import { describe, expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { EncryptionKey } from "../../src/core/key-ring.ts";
import { createCipher, editPlace, inputPlace, outputPlace, PLAIN } from "../../src/store/cipher.ts";

const REF = { tenant: "acme", id: "ivn_1" as InvocationId };
const PLACE = inputPlace(REF, 1);
const NEW: EncryptionKey = { id: "new", bytes: Buffer.alloc(32, 1) };
const OLD: EncryptionKey = { id: "old", bytes: Buffer.alloc(32, 2) };

describe("createCipher", () => {
  test("createCipher() seals with the first key and opens with all", () => {
    const cipher = createCipher([NEW, OLD]);
    expect(cipher.seal("{}", PLACE)).toMatch(/^enc1\.new\./);
    for (const key of [NEW, OLD])
      expect(cipher.open(createCipher([key]).seal('{"a":1}', PLACE), PLACE)).toBe('{"a":1}');
  });

  test("createCipher() seals the same text into another value each time", () => {
    const cipher = createCipher([NEW]);
    expect(cipher.seal("{}", PLACE)).not.toBe(cipher.seal("{}", PLACE));
  });

  test("createCipher() reads values of before there were keys, and without keys keeps them so", () => {
    expect(createCipher([NEW]).open('{"a":1}', PLACE)).toBe('{"a":1}');
    expect(PLAIN.open(PLAIN.seal('{"a":1}', PLACE), PLACE)).toBe('{"a":1}');
    expect(PLAIN.seal('{"a":1}', PLACE)).toBe('{"a":1}');
  });

  test("createCipher() says which key is missing, and nothing of the value", () => {
    const sealed = createCipher([OLD]).seal('{"a":1}', PLACE);
    const missing = {
      code: "unavailable",
      message: expect.stringMatching(/^A value is sealed with the key old, which/),
    };
    expect(() => createCipher([NEW]).open(sealed, PLACE)).toThrow(expect.objectContaining(missing));
    expect(() => PLAIN.open(sealed, PLACE)).toThrow(expect.objectContaining(missing));
  });

  test("createCipher() refuses a value of another row, and one that another key of that name sealed", () => {
    const sealed = createCipher([NEW]).seal("{}", PLACE);
    const refused = {
      code: "unavailable",
      message: "The key new doesn't open the input of a row of input_revision",
    };
    const open = (cipher: ReturnType<typeof createCipher>, round: number) =>
      cipher.open(sealed, inputPlace(REF, round));
    expect(() => open(createCipher([NEW]), 2)).toThrow(expect.objectContaining(refused));
    expect(() => open(createCipher([{ ...OLD, id: "new" }]), 1)).toThrow(expect.objectContaining(refused));
  });

  test("createCipher() refuses a ring that can't be used", () => {
    const short = { id: "new", bytes: Buffer.alloc(16) };
    expect(() => createCipher([short])).toThrow(
      expect.objectContaining({ code: "invalid_request", message: expect.stringContaining("the key new 32 bytes") }),
    );
  });
});

test("inputPlace(), outputPlace() and editPlace() tell every sealed column apart", () => {
  const places = [
    inputPlace(REF, 1),
    inputPlace(REF, 2),
    inputPlace(REF, 1, "judged"),
    inputPlace({ ...REF, tenant: "globex" }, 1),
    outputPlace(REF),
    editPlace({ tenant: "acme", invocation: "ivn_1", id: "vote_1" }),
    editPlace({ tenant: "acme", invocation: "ivn_1", id: "vote_2" }),
  ];
  expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(places.length);
});
