import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import pg from "pg";
import type { Db } from "../../src/store/db.ts";
import { isUnavailable } from "../../src/store/errors.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { startPostgres } from "../../fleet/postgres-server.ts";
import { describeDb } from "./conformance.ts";

let server: Awaited<ReturnType<typeof startPostgres>>;
let databaseCount = 0;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function createDatabase(): Promise<string> {
  databaseCount += 1;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database suite_${databaseCount}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/suite_${databaseCount}`;
  return url.href;
}

async function openMigrated(): Promise<Db> {
  const db = await openPostgres({ url: await createDatabase() });
  await migrate(db);
  return db;
}

describeDb("PostgreSQL", openMigrated);

describe("openPostgres()", () => {
  test("openPostgres() rejects as unavailable where no server answers", async () => {
    await expect(openPostgres({ url: "postgres://someone@127.0.0.1:1/none" })).rejects.toSatisfy(isUnavailable);
  });

  test("migrate() by two processes at once on an empty database lets both succeed", async () => {
    const url = await createDatabase();
    const both = await Promise.all([openPostgres({ url }), openPostgres({ url })]);
    const reports = await Promise.all(both.map((db) => migrate(db)));
    const applied = reports.flatMap((report) => report.applied).toSorted();
    expect(applied).toEqual(["0001_initial.sql", "0002_guards.sql", "0003_approvals.sql", "0004_fleet.sql"]);
    await Promise.all(both.map((db) => db.close()));
  });

  test("query() and transaction() go on when a migration changes what a prepared statement gives", async () => {
    const db = await openMigrated();
    await db.query("create table grown (id int)");
    await db.query("insert into grown values (1)");
    const select = "select * from grown where id = $1";
    const inTransaction = () => db.transaction((tx) => tx.query(select, [1]));
    for (let count = 0; count < 3; count += 1) expect(await db.query(select, [1])).toEqual([{ id: 1 }]);
    await inTransaction();
    await db.query("alter table grown add column name text");
    expect(await inTransaction()).toEqual([{ id: 1, name: null }]);
    await db.query("alter table grown drop column name");
    expect(await db.query(select, [1])).toEqual([{ id: 1 }]);
    await db.close();
  });

  test("query() goes on without prepared statements where connections are shared behind its back", async () => {
    const db = await openPostgres({ url: await createDatabase(), maxConnections: 1 });
    const select = "select $1::int as n";
    await db.query(select, [1]);
    await db.transaction((tx) => tx.runScript("deallocate all"));
    expect(await db.query(select, [2])).toEqual([{ n: 2 }]);
    await db.transaction((tx) => tx.runScript("deallocate all"));
    expect(await db.transaction((tx) => tx.query(select, [3]))).toEqual([{ n: 3 }]);
    await db.close();
  });

  test("transaction() runs its work again after a deadlock, and forgets what the first run notified", async () => {
    const db = await openMigrated();
    const heard: string[] = [];
    db.listen((topic) => heard.push(topic));
    await db.transaction((tx) =>
      tx.runScript("create table pair (id text, n int); insert into pair values ('a', 0), ('b', 0)"),
    );
    let arrived = 0;
    let open = () => {};
    const bothHoldOne = new Promise<void>((resolve) => (open = resolve));
    const addTo = (first: string, second: string) =>
      db.transaction(async (tx) => {
        const run = (arrived += 1);
        tx.notify(`run ${run}`);
        await tx.query("update pair set n = n + 1 where id = $1", [first]);
        if (run === 2) open();
        await bothHoldOne;
        await tx.query("update pair set n = n + 1 where id = $1", [second]);
      });
    await Promise.all([addTo("a", "b"), addTo("b", "a")]);
    expect(arrived).toBe(3);
    expect(await db.query("select n from pair")).toEqual([{ n: 2 }, { n: 2 }]);
    await vi.waitFor(() => expect(heard.filter((topic) => topic !== "*")).toHaveLength(2));
    await db.close();
  });

  test("listen() hears another process, and after a lost connection tells that topics may be missing", async () => {
    const url = await createDatabase();
    const [db, other] = await Promise.all([openPostgres({ url }), openPostgres({ url })]);
    const heard: string[] = [];
    db.listen((topic) => heard.push(topic));
    await vi.waitFor(() => expect(heard).toEqual(["*"]));
    await other.transaction(async (tx) => tx.notify("from afar"));
    await vi.waitFor(() => expect(heard).toEqual(["*", "from afar"]));
    await other.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and datname = current_database()",
    );
    await vi.waitFor(() => expect(heard).toEqual(["*", "from afar", "*"]), 5_000);
    await other.transaction(async (tx) => tx.notify("again"));
    await vi.waitFor(() => expect(heard.at(-1)).toBe("again"));
    await Promise.all([db.close(), other.close()]);
  });
});
