import { once } from "node:events";
import { createServer, get, type Server } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { resolve4 } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { Connection } from "@temporalio/client";
import { Client, Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FailureKind } from "../../../../src/contract/policy.ts";
import { classifyFailure } from "../../../../src/core/guards/failures/classify-failure.ts";
import type { Db } from "../../../../src/store/db.ts";
import { openTestDb } from "../../../support/pglite.ts";

/** The kind of what a piece of work rejects with. */
async function kindOf(work: Promise<unknown>): Promise<FailureKind> {
  const nothing = Symbol("nothing");
  const thrown: unknown = await work.then(
    () => nothing,
    (error: unknown) => error,
  );
  expect(thrown).not.toBe(nothing);
  return classifyFailure(thrown);
}

describe("classifyFailure() of what Node throws", () => {
  let server: Server;
  let url: string;
  let closedUrl: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === "/never") return;
      if (request.url === "/reset") return void request.socket.destroy();
      if (request.url !== "/cut") return void response.writeHead(Number(request.url?.slice(1))).end();
      response.writeHead(200, { "content-length": 100 }).write("half", () => response.destroy());
    });
    const closed = createServer();
    for (const each of [server, closed]) await once(each.listen(0, "127.0.0.1"), "listening");
    url = urlOf(server);
    closedUrl = urlOf(closed);
    await new Promise((resolve) => closed.close(resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function urlOf(listening: Server): string {
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }

  test("classifyFailure() calls a closed port transport", async () => {
    expect(await kindOf(fetch(closedUrl))).toBe("transport");
    expect(await kindOf(fetch(closedUrl.replace("127.0.0.1", "localhost")))).toBe("transport");
    const { port } = new URL(closedUrl);
    expect(await kindOf(new Client({ host: "127.0.0.1", port: Number(port) }).connect())).toBe("transport");
  });

  test("classifyFailure() calls a name that doesn't exist transport", async () => {
    expect(await kindOf(fetch("http://nobody.invalid/"))).toBe("transport");
    expect(await kindOf(resolve4("nobody.invalid"))).toBe("transport");
  });

  test("classifyFailure() calls a connection that breaks transport", async () => {
    expect(await kindOf(fetch(`${url}/reset`))).toBe("transport");
    expect(await kindOf(fetch(`${url}/cut`).then((response) => response.text()))).toBe("transport");
    expect(await kindOf(once(get(`${url}/reset`), "response"))).toBe("transport");
    expect(await kindOf(fetch(url.replace("http:", "https:")))).toBe("transport");
  });

  test("classifyFailure() calls a signal's own time limit a timeout, and another's abort nothing", async () => {
    expect(await kindOf(fetch(`${url}/never`, { signal: AbortSignal.timeout(20) }))).toBe("timeout");
    expect(await kindOf(sleep(60_000, undefined, { signal: AbortSignal.timeout(1) }))).toBe("timeout");
    expect(await kindOf(fetch(`${url}/never`, { signal: AbortSignal.abort() }))).toBe("unknown");
  });

  test.each<readonly [number, FailureKind]>([
    [400, "invalid"],
    [401, "auth"],
    [404, "not_found"],
    [429, "throttled"],
    [503, "overloaded"],
    [504, "timeout"],
  ])("classifyFailure() of a thrown answer with status %i is %s", async (status, kind) => {
    const response = await fetch(`${url}/${status}`);
    expect(classifyFailure(response)).toBe(kind);
    expect(classifyFailure(new Error("The call failed", { cause: response }))).toBe(kind);
  });

  test("classifyFailure() calls a missing file not found", async () => {
    expect(await kindOf(readFile(new URL("nothing-here", import.meta.url)))).toBe("not_found");
  });
});

describe("classifyFailure() of what clients say of servers that don't speak", () => {
  let mute: NetServer;
  let rude: NetServer;

  beforeAll(async () => {
    mute = createNetServer((socket) => socket.on("error", () => socket.destroy()).resume());
    rude = createNetServer((socket) => socket.end());
    for (const each of [mute, rude]) await once(each.listen(0, "127.0.0.1"), "listening");
  });
  afterAll(() => {
    for (const each of [mute, rude]) each.close();
  });

  function portOf(server: NetServer): number {
    return (server.address() as AddressInfo).port;
  }

  test("classifyFailure() calls what pg gives up waiting for a timeout", async () => {
    const place = { host: "127.0.0.1", port: portOf(mute), connectionTimeoutMillis: 30 };
    const pool = new Pool(place);
    expect(await kindOf(pool.query("select 1"))).toBe("timeout");
    expect(await kindOf(new Client(place).connect())).toBe("timeout");
    await pool.end();
  });

  test("classifyFailure() calls what hangs up on pg transport", async () => {
    expect(await kindOf(new Client({ host: "127.0.0.1", port: portOf(rude) }).connect())).toBe("transport");
  });

  test("classifyFailure() calls what Temporal's client can't reach transport, and what is late a timeout", async () => {
    // Without interceptors it doesn't try again.
    const connection = Connection.lazy({ address: `127.0.0.1:${portOf(rude)}`, interceptors: [] });
    const ask = () => connection.workflowService.getSystemInfo({});
    expect(await kindOf(ask())).toBe("transport");
    expect(await kindOf(connection.withDeadline(Date.now() - 1, ask))).toBe("timeout");
    await connection.close();
  });
});

describe("classifyFailure() of what PostgreSQL answers", () => {
  let db: Db;

  beforeAll(async () => {
    db = await openTestDb();
    await db.query("create table account (id int primary key, owner int references account, name text not null)");
    await db.query("insert into account values (1, null, 'one')");
  });
  afterAll(() => db.close());

  test.each<readonly [FailureKind, string]>([
    ["invalid", "select * from nowhere"],
    ["invalid", "select nothing from account"],
    ["invalid", "selekt 1"],
    ["invalid", "select 1 / 0"],
    ["invalid", "select 'x'::int"],
    ["invalid", "insert into account values (2, 99, 'orphan')"],
    ["invalid", "insert into account values (2, null, null)"],
    ["conflict", "insert into account values (1, null, 'again')"],
    ["conflict", "do $$ begin raise exception using errcode = '40001'; end $$"],
    ["conflict", "do $$ begin raise exception using errcode = '40P01'; end $$"],
    ["overloaded", "do $$ begin raise exception using errcode = '53300'; end $$"],
    ["auth", "do $$ begin raise exception using errcode = '42501'; end $$"],
    ["timeout", "do $$ begin raise exception using errcode = '57014'; end $$"],
    ["unknown", "do $$ begin raise exception 'as the function pleases'; end $$"],
  ])("classifyFailure() gives %s for %j", async (kind, text) => {
    expect(await kindOf(db.query(text))).toBe(kind);
  });
});
