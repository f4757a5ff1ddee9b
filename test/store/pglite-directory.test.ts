import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isUnavailable } from "../../src/store/errors.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openPglite } from "../../src/store/pglite.ts";
import { loadSnapshot } from "../support/pglite.ts";

let dataDir: string;
let child: ChildProcessByStdio<null, Readable, null> | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "countersign-pglite-"));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

describe("openPglite() on disk", () => {
  test("openPglite() keeps what was committed, and what others may open it as, over a close", async () => {
    const db = await openPglite({ dataDir, snapshot: await loadSnapshot() });
    await db.query("insert into audit_head values ('acme', 1, 'h')");
    await db.close();
    const again = await openPglite({ dataDir });
    expect(await again.query("select seq from audit_head")).toEqual([{ seq: 1 }]);
    expect(await migrate(again)).toEqual({ applied: [] });
    await again.close();
  });

  test("openPglite() refuses a directory that this process holds already, by another name too", async () => {
    const db = await openPglite({ dataDir, snapshot: await loadSnapshot() });
    const alias = `${dataDir}-alias`;
    await symlink(dataDir, alias);
    const second = openPglite({ dataDir: alias });
    await expect(second).rejects.toThrow(`is held by process ${process.pid}: stop it first`);
    await expect(second).rejects.toSatisfy(isUnavailable);
    await db.close();
    await rm(alias);
  });

  test("openPglite() starts anew where a first start died half-way, and leaves nothing of it", async () => {
    await mkdir(join(dataDir, "pgdata.new"));
    await writeFile(join(dataDir, "pgdata.new", "PG_VERSION"), "18\n");
    const db = await openPglite({ dataDir, snapshot: await loadSnapshot() });
    expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]);
    await db.close();
    expect(await readdir(dataDir)).not.toContain("pgdata.new");
  });

  test("openPglite() makes a checkpoint once the log has grown by 64 MiB, so that it is soon replayed", async () => {
    const db = await openPglite({ dataDir, snapshot: await loadSnapshot() });
    await db.query("create table bulk (t text)");
    const checkpoint = () => db.query("select redo_lsn::text as at from pg_control_checkpoint()");
    const before = await checkpoint();
    await db.query("insert into bulk select repeat('x', 1000) from generate_series(1, 30000)");
    expect(await checkpoint()).toEqual(before);
    await db.query("insert into bulk select repeat('x', 1000) from generate_series(1, 40000)");
    expect(await checkpoint()).not.toEqual(before);
    await db.close();
  });

  test("openPglite() tells the planner early how tables have grown, and again as they grow on", async () => {
    const db = await openPglite({ dataDir, snapshot: await loadSnapshot() });
    await db.query("create table grown (id int primary key, t text)");
    const known = async () => (await db.query("select reltuples as n from pg_class where relname = 'grown'"))[0]?.["n"];
    const grow = (from: number, to: number) =>
      db.query("insert into grown select n, repeat(md5(n::text), 10) from generate_series($1::int, $2::int) n", [
        from,
        to,
      ]);
    await grow(1, 1_500);
    await expect.poll(known).toBe(1_500);
    await grow(1_501, 8_000);
    await expect.poll(known).toBe(8_000);
    await db.close();
  });

  test("openPglite() names the process that holds it, and loses nothing acknowledged when that is killed", async () => {
    for (const killAfter of [100, 250]) {
      const acknowledged = await commitUntilKilled(killAfter, async (pid) => {
        await expect(openPglite({ dataDir })).rejects.toThrow(`is held by process ${pid}: stop it first`);
      });
      expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter);
      const db = await openPglite({ dataDir });
      const rows = await db.query<{ n: number; bytes: number }>("select n, length(filler) as bytes from committed");
      const kept = new Map(rows.map((row) => [row.n, row.bytes]));
      expect(acknowledged.filter((n) => kept.get(n) !== 2000)).toEqual([]);
      await db.query("delete from committed");
      await db.close();
    }
  });
});

/** Lets another process commit, kills it without warning after so many rows, and tells which it had been told to last. */
async function commitUntilKilled(
  killAfter: number,
  whileHeld: (pid: number | undefined) => Promise<void>,
): Promise<number[]> {
  const script = fileURLToPath(new URL("commit-loop.ts", import.meta.url));
  const writer = spawn(process.execPath, ["--import", "tsx", script, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = writer;
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === 1) await whileHeld(writer.pid);
    if (acknowledged.length === killAfter) writer.kill("SIGKILL");
  }
  if (writer.signalCode === null) await once(writer, "exit");
  return acknowledged;
}
