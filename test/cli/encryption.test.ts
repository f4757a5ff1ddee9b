import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { EncryptionKey } from "../../src/core/key-ring.ts";
import { createCipher } from "../../src/store/cipher.ts";
import { lockDataDir } from "../../src/store/data-dir-lock.ts";
import { openPglite } from "../../src/store/pglite.ts";
import { createStore } from "../../src/store/store.ts";
import { loadSnapshot } from "../support/pglite.ts";
import { recordApproval } from "../support/recorded-approvals.ts";
import { recordContents } from "../support/sealed-contents.ts";
import { runHere } from "./run-cli.ts";
import { writeFiles } from "./temporary-files.ts";

const LOST: EncryptionKey = { id: "lost", bytes: Buffer.alloc(32, 1) };
const NEW = `new:${Buffer.alloc(32, 2).toString("base64")}`;
let dataDir: string;

beforeEach(() => {
  dataDir = writeFiles({});
});

const run = (args: readonly string[], keys: string = "") =>
  runHere(["encryption", ...args], { env: { COUNTERSIGN_DATA_DIR: dataDir, COUNTERSIGN_ENCRYPTION_KEYS: keys } });

/** A closed store with one plain input and a value of each kind under a key that nobody has any more. */
async function makeStore(): Promise<void> {
  const db = await openPglite({ dataDir: join(dataDir, "store"), snapshot: await loadSnapshot() });
  await recordContents(createStore(db, { cipher: createCipher([LOST]) }), await recordApproval(db));
  await db.close();
}

test("runCli(encryption) counts values by key, seals what it can open, and exits 1 over what it can't", async () => {
  await makeStore();
  const before = await run(["status"]);
  expect(before).toMatchObject({ exitCode: 0, stderr: "New values are kept as they are" });
  expect(before.stdout).toMatch(/^input_revision\.input +\(not sealed\) +1\n/m);
  expect(before.stdout).toMatch(/^vote\.edit +lost +1$/m);

  const rotated = await run(["rotate"], NEW);
  expect(rotated.exitCode).toBe(1);
  expect(rotated.stdout).toContain("input_revision.input: 1 sealed with the key new\n");
  expect(rotated.stdout).toMatch(/^invocation\.output +lost +1$/m);
  expect(rotated.stderr).toContain("Left as they are");
  expect(JSON.stringify(rotated)).not.toContain(NEW.slice(4));
  expect(await run(["status"], NEW)).toMatchObject({ stderr: "New values are sealed with the key new" });
});

test("runCli(encryption rotate) wants keys, and says so with exit code 2", async () => {
  const { exitCode, stderr } = await run(["rotate"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("COUNTERSIGN_ENCRYPTION_KEYS") });
});

test("runCli(encryption status) makes no store where there is none, and leaves one alone that is in use", async () => {
  expect(await run(["status"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("There is no store in") });
  await makeStore();
  const lock = await lockDataDir(dataDir);
  expect(await run(["status"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("is held by") });
  await lock.release();
});
