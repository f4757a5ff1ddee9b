import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/config.ts";
import { requireShared } from "../../src/config/require-shared.ts";

const BYTES = Buffer.alloc(32, 7);
const APART = { DATABASE_URL: "postgres://db/x", TEMPORAL_ADDRESS: "temporal:7233" };

test("loadConfig() reads the ring of encryption keys, the one that seals first", () => {
  const COUNTERSIGN_ENCRYPTION_KEYS = `2026-11:${BYTES.toString("base64")}, old:${BYTES.toString("base64url")}`;
  expect(loadConfig({ COUNTERSIGN_ENCRYPTION_KEYS }).encryptionKeys).toEqual([
    { id: "2026-11", bytes: BYTES },
    { id: "old", bytes: BYTES },
  ]);
});

test("requireShared() joins the signing key with those before it", () => {
  const signing = { COUNTERSIGN_SIGNING_KEY: "n".repeat(32) };
  const previous = { COUNTERSIGN_PREVIOUS_SIGNING_KEYS: `${"o".repeat(32)}, ${"p".repeat(40)}` };
  expect(requireShared(loadConfig({ ...APART, ...signing })).signingKey).toEqual(["n".repeat(32)]);
  const { signingKey } = requireShared(loadConfig({ ...APART, ...signing, ...previous }));
  expect(signingKey).toEqual(["n".repeat(32), "o".repeat(32), "p".repeat(40)]);
});

test.each([
  [{ COUNTERSIGN_ENCRYPTION_KEYS: "hunter2" }, "must give each key an id of 1 to 32 letters, digits, _ and -"],
  [{ COUNTERSIGN_ENCRYPTION_KEYS: "a:hunter2" }, "must give the key a 32 bytes"],
  [
    { COUNTERSIGN_PREVIOUS_SIGNING_KEYS: `${"k".repeat(32)},hunter2` },
    "must be keys of 32 to 256 visible ASCII characters, with commas between them",
  ],
])("loadConfig() refuses %j and repeats no key", (env, problem) => {
  const name = Object.keys(env)[0];
  const message = `The configuration has 1 fault:\n  ${name} ${problem}`;
  expect(() => loadConfig(env)).toThrow(expect.objectContaining({ code: "invalid_request", message }));
});
