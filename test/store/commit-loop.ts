import { openPglite } from "../../src/store/pglite.ts";
import { loadSnapshot } from "../support/pglite.ts";

/** A process that commits rows into the directory of its first argument without end, and prints each row's number once it is told that it lasts. */
const [dataDir = ""] = process.argv.slice(2);
const db = await openPglite({ dataDir, snapshot: await loadSnapshot() });
await db.query("create table if not exists committed (n bigint primary key, filler text)");

async function commitFrom(n: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query("insert into committed (n) values ($1)", [n]);
    await tx.query("update committed set filler = repeat('x', 2000) where n = $1", [n]);
  });
  process.stdout.write(`${n}\n`);
  // Four side by side, so that several commits wait for one sync.
  await commitFrom(n + 4);
}

await Promise.all([0, 1, 2, 3].map(commitFrom));
