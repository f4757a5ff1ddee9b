import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockByFile, lockDataDir } from "../../src/store/data-dir-lock.ts";

/** No system gives a process this id. */
const NO_PID = 2_147_483_646;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "countersign-lock-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe.each([
  ["lockDataDir()", lockDataDir],
  ["lockByFile()", lockByFile],
])("%s", (name, lock) => {
  test(`${name} lets one of many take the directory and names it to the others`, async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lock(dataDir)));
    expect(tries.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    await expect(lock(dataDir)).rejects.toThrow(`is held by process ${process.pid}: stop it first`);
  });

  test(`${name} can be taken again after its release, which leaves no file behind`, async () => {
    await (await lock(dataDir)).release();
    const again = await lock(dataDir);
    await again.release();
    expect(await readdir(dataDir)).toEqual([]);
  });
});

describe("lockByFile() takeover", () => {
  test.each([JSON.stringify({ pid: NO_PID, startedAt: "2026-01-01T00:00:00.000Z" }), "", "{", "null", "[]"])(
    "lockByFile() takes over from a file that says %j, one of many takers only",
    async (content) => {
      await writeFile(join(dataDir, "countersign.lock"), content);
      const tries = await Promise.allSettled(Array.from({ length: 4 }, () => lockByFile(dataDir)));
      expect(tries.filter((result) => result.status === "fulfilled")).toHaveLength(1);
      expect(await readdir(dataDir)).toEqual(["countersign.lock"]);
    },
  );
});
