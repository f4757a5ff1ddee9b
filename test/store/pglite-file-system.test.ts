import fs from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Db } from "../../src/store/db.ts";

// The real calls go through; a loss of power can't be run here, so what would survive it is counted.
const inBackground = vi.spyOn(fs, "fdatasync");
const onTheSpot = vi.spyOn(fs, "fdatasyncSync");
syncBuiltinESMExports();

let dataDir: string;
let db: Db;

beforeAll(async () => {
  // Only now, so that the store's modules find the counted calls.
  const { openPglite } = await import("../../src/store/pglite.ts");
  const { loadSnapshot } = await import("../support/pglite.ts");
  dataDir = await mkdtemp(join(tmpdir(), "countersign-sync-"));
  db = await openPglite({ dataDir, snapshot: await loadSnapshot() });
  await db.query("create table synced (n bigint)");
});
afterAll(async () => {
  await db.close();
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  await rm(dataDir, { recursive: true, force: true });
});

async function countSyncs(work: () => Promise<unknown>): Promise<{ background: number; spot: number }> {
  inBackground.mockClear();
  onTheSpot.mockClear();
  await work();
  return { background: inBackground.mock.calls.length, spot: onTheSpot.mock.calls.length };
}

const insert = () => db.query("insert into synced values (1)");

test("SyncedNodeFs syncs the log once for each commit that comes alone", async () => {
  const syncs = await countSyncs(async () => {
    for (let n = 0; n < 10; n += 1) await insert();
  });
  expect(syncs.background + syncs.spot).toBeGreaterThanOrEqual(10);
});

test("SyncedNodeFs syncs nothing for reads", async () => {
  await db.query("select count(*) from synced");
  expect(await countSyncs(() => db.query("select count(*) from synced"))).toEqual({ background: 0, spot: 0 });
});

test("SyncedNodeFs lets commits that come together share a sync", async () => {
  const syncs = await countSyncs(() => Promise.all(Array.from({ length: 50 }, insert)));
  expect(syncs.background + syncs.spot).toBeLessThan(25);
  expect(syncs.background).toBeGreaterThanOrEqual(1);
});

test("SyncedNodeFs syncs the data files at a checkpoint", async () => {
  await insert();
  const { spot } = await countSyncs(() => db.query("checkpoint"));
  expect(spot).toBeGreaterThanOrEqual(2);
});
