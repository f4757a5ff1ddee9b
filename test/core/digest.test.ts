import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DigestParts, inputDigest, requestHash, sha256Hex } from "../../src/core/digest.ts";

const PARTS: DigestParts = {
  invocation: "ivn_1",
  tenant: "default",
  actor: "demo-agent",
  action: "billing.issue_refund",
  actionVersion: "v1",
  round: 1,
  salt: "00ff",
  input: { invoiceId: "inv_1" },
};

describe("sha256Hex", () => {
  // FIPS 180-4's examples, and one that is not ASCII.
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    ["ü", "607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f"],
  ])("sha256Hex(%j) is the hash that others compute", (text, hash) => {
    expect(sha256Hex(text)).toBe(hash);
  });
});

describe("requestHash", () => {
  test("requestHash() is SHA-256 over canonical JSON of action and input", () => {
    expect(requestHash("billing.issue_refund", { invoiceId: "inv_1", amountCents: 12900 })).toBe(
      "4110d29bc38e7cc50bf050bbd4f7c9e2b76a6a6f5c9ad70438404c0e8723dcf6",
    );
  });

  test("requestHash() is the same for any order of keys and another for another action or input", () => {
    const hash = requestHash("a.b", { x: 1, y: 2 });
    expect(requestHash("a.b", { y: 2, x: 1 })).toBe(hash);
    expect(requestHash("a.c", { x: 1, y: 2 })).not.toBe(hash);
    expect(requestHash("a.b", { x: 1, y: "2" })).not.toBe(hash);
  });
});

describe("inputDigest", () => {
  test("inputDigest() is SHA-256 over canonical JSON of exactly its members", () => {
    const digest = "9c2c65eeb4b9c084884c1b654b79904794fbb1359a0015302a2376db9fc09e28";
    expect(inputDigest(PARTS)).toBe(digest);
    const further: DigestParts & { note: string } = { ...PARTS, note: "not hashed" };
    expect(inputDigest(further)).toBe(digest);
  });

  test("inputDigest() changes with every single member", () => {
    const changes: readonly Partial<DigestParts>[] = [
      { invocation: "ivn_2" },
      { tenant: "other" },
      { actor: "other" },
      { action: "billing.other" },
      { actionVersion: "v2" },
      { round: 2 },
      { salt: "00fe" },
      { input: { invoiceId: "inv_2" } },
    ];
    const digests = [PARTS, ...changes.map((change) => ({ ...PARTS, ...change }))].map(inputDigest);
    expect(new Set(digests).size).toBe(changes.length + 1);
  });

  test("inputDigest() is 64 lower-case hex characters for any JSON input", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        expect(inputDigest({ ...PARTS, input })).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});
