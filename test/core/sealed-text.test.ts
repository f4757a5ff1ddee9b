import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EncryptionKey } from "../../src/core/key-ring.ts";
import { NONCE_BYTES, openText, parseSealed, type Place, sealText } from "../../src/core/sealed-text.ts";

const KEY: EncryptionKey = { id: "2026-11", bytes: Buffer.alloc(32, 1) };
const NONCE = Buffer.alloc(NONCE_BYTES, 2);
const PLACE: Place = { table: "input_revision", tenant: "acme", invocation: "ivn_1", row: "1", column: "input" };

const textOf = fc.string({ unit: "binary" });

function open(sealed: string, place: Place = PLACE, key: EncryptionKey = KEY): string | undefined {
  const parts = parseSealed(sealed);
  return parts && openText(parts, place, key);
}

describe("sealText", () => {
  test("sealText() names its format and key, and nothing of the text is in it", () => {
    const sealed = sealText('{"card":"4111"}', PLACE, { key: KEY, nonce: NONCE });
    expect(sealed).toMatch(/^enc1\.2026-11\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(sealed.split(".")[2] ?? "", "base64url").toString("latin1")).not.toContain("4111");
    expect(parseSealed(sealed)?.keyId).toBe("2026-11");
  });

  test("openText() gives any text back that sealText() took", () => {
    fc.assert(
      fc.property(textOf, fc.uint8Array({ minLength: 12, maxLength: 12 }), (text, nonce) => {
        const wellFormed = Buffer.from(text, "utf8").toString("utf8");
        expect(open(sealText(wellFormed, PLACE, { key: KEY, nonce }))).toBe(wellFormed);
      }),
    );
  });
});

describe("openText", () => {
  const sealed = sealText('{"amount":5}', PLACE, { key: KEY, nonce: NONCE });

  test.each(Object.keys(PLACE) as (keyof Place)[])("openText() opens nothing for another %s", (member) => {
    expect(open(sealed, { ...PLACE, [member]: "other" })).toBeUndefined();
  });

  test("openText() tells places apart whose members read alike when they are joined", () => {
    expect(open(sealed, { ...PLACE, invocation: "ivn_11", row: "" })).toBeUndefined();
  });

  test("openText() opens nothing under another key, nor under the same one by another name", () => {
    expect(open(sealed, PLACE, { ...KEY, bytes: Buffer.alloc(32, 9) })).toBeUndefined();
    expect(open(sealed, PLACE, { ...KEY, id: "2027-01" })).toBeUndefined();
  });

  test("openText() notices every changed byte", () => {
    const bytes = parseSealed(sealed)?.bytes ?? new Uint8Array();
    for (const at of bytes.keys()) {
      const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(openText({ keyId: KEY.id, bytes: changed }, PLACE, KEY)).toBeUndefined();
    }
  });

  test.each(["enc1.", "enc1.2026-11", "enc1.2026-11.", "enc1.2026-11.AAAA"])(
    "openText() opens nothing of %j",
    (text) => {
      expect(parseSealed(text)).toBeDefined();
      expect(open(text)).toBeUndefined();
    },
  );
});

test.each(["{}", '"enc1.a.b"', "", "null", "enc2.a.b", "enc1"])(
  "parseSealed() takes %j for a text as it is",
  (text) => {
    expect(parseSealed(text)).toBeUndefined();
  },
);
