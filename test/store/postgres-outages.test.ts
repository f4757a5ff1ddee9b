import { createServer, connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { isUnavailable } from "../../src/store/errors.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";

let server: PostgresServer;
let admin: Db;

beforeAll(async () => {
  server = await startPostgres();
  admin = await openPostgres({ url: server.url });
  await admin.query("create table counter (id text primary key, n bigint not null)");
});
afterAll(async () => {
  await admin.close();
  await server.stop();
});

async function openOwn(url = server.url): Promise<Db> {
  const db = await openPostgres({ url, maxConnections: 2 });
  onTestFinished(() => db.close());
  return db;
}

async function readCounter(id: string): Promise<number | undefined> {
  const [row] = await admin.query<{ n: number }>("select n from counter where id = $1", [id]);
  return row?.n;
}

/** A way to the server that ends a connection as soon as a client's message holds the word, so many times. */
async function openCuttingProxy(word: string, times = Number.POSITIVE_INFINITY): Promise<string> {
  let left = times;
  const { hostname, port } = new URL(server.url);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port) });
    for (const socket of [client, upstream]) sockets.add(socket.on("error", () => undefined));
    client.on("data", (chunk) => {
      if (left === 0 || !chunk.includes(word)) return void upstream.write(chunk);
      left -= 1;
      client.destroy();
      upstream.destroy();
    });
    upstream.on("data", (chunk) => void client.write(chunk));
    upstream.on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const address = proxy.address();
  const url = new URL(server.url);
  url.port = String(typeof address === "object" ? address?.port : undefined);
  return url.href;
}

const KILL_OTHERS = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";

/** Two connections that the server can tell from all others. */
async function openNamed(name: string): Promise<Db> {
  const db = await openOwn(`${server.url}?application_name=${name}`);
  await Promise.all([1, 2].map(() => db.query("select pg_sleep(0.05)")));
  return db;
}

describe("openPostgres() when connections are lost", () => {
  test("transaction() runs its work again when its connection is lost before the commit, and it takes place once", async () => {
    const db = await openNamed("lost-inside");
    let runs = 0;
    await db.transaction(async (tx) => {
      runs += 1;
      await tx.query("insert into counter values ('inside', 1)");
      if (runs === 1) await admin.query(KILL_OTHERS, ["lost-inside"]);
      await tx.query("update counter set n = n + 1 where id = 'inside'");
    });
    expect([runs, await readCounter("inside")]).toEqual([2, 2]);
  });

  test.each([
    ["a look", "select n from counter where id = $1"],
    ["a look in parts", "with own as (select n from counter where id = $1) select n from own"],
  ])("query() does %s again when its connection is lost", async (_, text) => {
    await admin.query("insert into counter values ('cut once', 7) on conflict do nothing");
    const db = await openOwn(await openCuttingProxy("cut once", 1));
    expect(await db.query(text, ["cut once"])).toEqual([{ n: 7 }]);
  });

  test("query() does no change again when its connection is lost: it may have taken place", async () => {
    const db = await openOwn(await openCuttingProxy("cut twice", 1));
    await expect(db.query("insert into counter values ($1, 1)", ["cut twice"])).rejects.toSatisfy(isUnavailable);
    expect(await readCounter("cut twice")).toBeUndefined();
  });

  test("query() and transaction() go on at once after all idle connections were ended behind their back", async () => {
    const db = await openNamed("lost-idle");
    await admin.query(KILL_OTHERS, ["lost-idle"]);
    expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]);
    expect(await db.transaction((tx) => tx.query("select 2 as two"))).toEqual([{ two: 2 }]);
  });

  test("transaction() never runs again once its commit was sent, since nobody knows whether it took place", async () => {
    const db = await openOwn(await openCuttingProxy("commit\0"));
    let runs = 0;
    const lost = db.transaction(async (tx) => {
      runs += 1;
      await tx.query("insert into counter values ('commit', 1)");
    });
    await expect(lost).rejects.toSatisfy(isUnavailable);
    expect(runs).toBe(1);
  });

  test("transaction() gives up as unavailable after three runs", async () => {
    const db = await openOwn(await openCuttingProxy("cut here"));
    let runs = 0;
    const lost = db.transaction(async (tx) => {
      runs += 1;
      await tx.query("select 'cut here'");
    });
    await expect(lost).rejects.toSatisfy(isUnavailable);
    expect(runs).toBe(3);
  });

  test("openPostgres() survives its server's restart: unavailable meanwhile, then at work again", async () => {
    const db = await openOwn();
    await server.restart(async () => {
      await expect(db.transaction((tx) => tx.query("select 1"))).rejects.toSatisfy(isUnavailable);
    });
    await vi.waitFor(async () => expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]), 10_000);
  });
});

describe("openPostgres() and its limits", () => {
  test("openPostgres() gives every connection its time limits", async () => {
    const db = await openOwn();
    const names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone"];
    const rows = await db.query<{ value: string }>("select current_setting(unnest($1::text[])) as value", [names]);
    expect(rows.map(({ value }) => value)).toEqual(["10s", "8s", "30s", "UTC"]);
  });

  test("openPostgres() lets a patient caller's statements run on, whatever the role's own limit is", async () => {
    await admin.query("create role hurried login superuser");
    await admin.query("alter role hurried set statement_timeout = '50ms'");
    const url = new URL(server.url);
    url.username = "hurried";
    const [patient, other] = [await openPostgres({ url: url.href, isPatient: true }), await openOwn(url.href)];
    onTestFinished(() => patient.close());
    const limit = "select current_setting('statement_timeout') as value";
    expect([await patient.query(limit), await other.query(limit)]).not.toContainEqual([{ value: "50ms" }]);
    expect(await patient.query(limit)).toEqual([{ value: "0" }]);
  });

  test("transaction() that waits too long for a lock rejects as unavailable and changes nothing", async () => {
    const db = await openOwn();
    await admin.query("insert into counter values ('locked', 1)");
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const add = "update counter set n = n + 1 where id = 'locked'";
    let isHeld = (): void => undefined;
    const held = new Promise<void>((resolve) => (isHeld = resolve));
    const holder = admin.transaction(async (tx) => {
      await tx.query(add);
      isHeld();
      await released;
    });
    await held;
    const waiter = db.transaction(async (tx) => {
      await tx.runScript("set local lock_timeout = '50ms'");
      await tx.query(add);
    });
    await expect(waiter).rejects.toMatchObject({ code: "55P03" });
    release();
    await holder;
    expect(await readCounter("locked")).toBe(2);
  });

  test.each([
    ["a statement", "statement_timeout", "select pg_sleep(5)"],
    ["an idle transaction", "idle_in_transaction_session_timeout", "select 1"],
  ])("transaction() with %s over its time rejects as unavailable, and the pool goes on", async (_, name, text) => {
    const db = await openOwn();
    const slow = db.transaction(async (tx) => {
      await tx.runScript(`set local ${name} = '100ms'`);
      if (name.startsWith("idle")) await untilNoneIsIdle();
      await tx.query(text);
    });
    await expect(slow).rejects.toSatisfy(isUnavailable);
    expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("openPostgres() holds no more connections than it is told", async () => {
    const db = await openOwn(`${server.url}?application_name=counted`);
    await Promise.all(Array.from({ length: 8 }, () => db.query("select pg_sleep(0.02)")));
    const text = "select count(*) as n from pg_stat_activity where application_name = 'counted'";
    expect(await admin.query(text)).toEqual([{ n: 2 }]);
  });
});

/** The server ends a transaction that idles for too long, and the connection with it. */
async function untilNoneIsIdle(): Promise<void> {
  const text = "select count(*) as n from pg_stat_activity where state = 'idle in transaction'";
  await vi.waitFor(async () => expect(await admin.query(text)).toEqual([{ n: 0 }]), 5_000);
}
