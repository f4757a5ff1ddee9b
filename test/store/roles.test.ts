import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { isForbidden, isUnavailable } from "../../src/store/errors.ts";
import { checkSchema, migrate } from "../../src/store/migrate.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { eraseContent } from "../../src/store/retention.ts";
import { GRANTED_TABLES, grantRoles } from "../../src/store/roles.ts";
import { createStore } from "../../src/store/store.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";
import { recordApproval } from "../support/recorded-approvals.ts";

const RUNTIME = "countersign_app";
const RETENTION = "Erasing \u{1F9F9} role";

let server: PostgresServer;
let owner: Db;
let runtime: Db;
let retention: Db;

/** A database whose owner is no superuser, with both roles beside. */
beforeAll(async () => {
  server = await startPostgres();
  const admin = await openPostgres({ url: server.url });
  await admin.query("create role schema_owner login");
  for (const role of [RUNTIME, RETENTION]) await admin.query(`create role "${role}" login`);
  await admin.query("create database guarded owner schema_owner");
  await admin.close();
  owner = await openAs("schema_owner");
  await migrate(owner);
  await grantRoles(owner, { runtime: RUNTIME, retention: RETENTION });
  [runtime, retention] = await Promise.all([openAs(RUNTIME), openAs(RETENTION)]);
});
afterAll(async () => {
  await Promise.all([owner, runtime, retention].map((db) => db.close()));
  await server.stop();
});

function openAs(role: string): Promise<Db> {
  const url = new URL(server.url);
  url.username = encodeURIComponent(role);
  url.pathname = "/guarded";
  return openPostgres({ url: url.href, maxConnections: 2 });
}

async function openAsAdmin(): Promise<Db> {
  const db = await openAs("countersign");
  onTestFinished(() => db.close());
  return db;
}

const EVIDENCE = ["audit_event", "invocation", "input_revision", "approval", "vote", "execution", "policy_version"];

describe("grantRoles()", () => {
  test("grantRoles() knows every table that the migrations make", async () => {
    const rows = await owner.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    expect([...GRANTED_TABLES].toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
  });

  test.each([
    ...EVIDENCE.flatMap((table) => [`delete from ${table}`, `truncate ${table}`]),
    "update audit_event set data = '{}'",
    "update audit_event set erased_at = ms_now()",
    "update input_revision set input = '{}'",
    "update policy_version set document = ''",
    "update invocation set request_hash = 'other'",
    "update invocation set erased_at = ms_now()",
    "update approval set terms = '{}'",
    "update vote set decision = 'approve'",
    "update execution set token = 't'",
    "update approval_grant set uses = 1000",
    "insert into schema_migration (name, checksum) values ('9999_x.sql', 'c')",
    "create table own (n int)",
    "alter table vote add column own text",
    "drop table vote",
  ])("grantRoles() keeps the runtime role from: %s", async (text) => {
    await expect(runtime.query(text)).rejects.toSatisfy(isForbidden);
  });

  test.each([
    "delete from audit_event",
    "update audit_event set hash = 'h'",
    "update vote set mac = 'm'",
    "delete from invocation",
  ])("grantRoles() keeps the retention role from: %s", async (text) => {
    await expect(retention.query(text)).rejects.toSatisfy(isForbidden);
  });

  test("grantRoles() lets the retention role erase, and the runtime role not", async () => {
    const ref = await recordApproval(owner, { tenant: "acme" });
    const end = "update invocation set status = 'executed', closed_at = ms_now() - interval '2 days' where id = $1";
    await owner.query(end, [ref.id]);
    await createStore(owner).transaction((tx) =>
      tx.audit.append("acme", [{ type: "invocation.requested", invocation: ref.id, data: { a: 1 } }]),
    );
    await expect(eraseContent(runtime, { olderThanMs: 1_000 })).rejects.toSatisfy(isForbidden);
    await expect(eraseContent(retention, { olderThanMs: 1_000 })).resolves.toMatchObject({ invocations: 1, events: 1 });
  });

  test("grantRoles() again takes away what was granted beyond, and keeps those who work from lacking anything", async () => {
    const admin = await openAsAdmin();
    await admin.query(`grant delete, truncate on vote to ${RUNTIME}`);
    await runtime.query("delete from vote");
    await grantRoles(owner, { runtime: RUNTIME });
    await expect(runtime.query("delete from vote")).rejects.toSatisfy(isForbidden);
    await expect(retention.query("select 1 from vote")).resolves.toEqual([]);
  });

  test.each([
    ["a superuser", "countersign", "may change audit events"],
    ["the owner", "schema_owner", "may create tables"],
    ["nobody", "nobody_there", "There is no database role nobody_there"],
    ["the retention role", RETENTION, "must not be the same"],
  ])("grantRoles() refuses %s as the runtime role", async (_, role, problem) => {
    const granting = grantRoles(owner, { runtime: role, retention: RETENTION });
    await expect(granting).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining(problem) as string,
    });
  });

  test("grantRoles() refuses a runtime role that has the right by another way", async () => {
    const admin = await openAsAdmin();
    await admin.query("create role deleter");
    await admin.query("grant delete on audit_event to deleter");
    await admin.query(`grant deleter to ${RUNTIME}`);
    await expect(grantRoles(owner, { runtime: RUNTIME })).rejects.toThrow("may delete audit events");
    await admin.query("revoke delete on audit_event from deleter");
    await grantRoles(owner, { runtime: RUNTIME });
  });
});

describe("migrate() and checkSchema() by a role that may change nothing", () => {
  const NEXT = [{ name: "9001_next.sql", script: "create table next_table (a int)" }];

  test("migrate() only looks when nothing is lacking", async () => {
    expect(await migrate(runtime)).toEqual({ applied: [] });
    expect(await checkSchema(runtime)).toEqual({ state: "current" });
  });

  test("migrate() names what is lacking and rejects as unavailable, so that whoever waits goes on waiting", async () => {
    expect(await checkSchema(runtime, NEXT)).toEqual({
      state: "behind",
      lacking: ["9001_next.sql"],
      mayMigrate: false,
    });
    const error = await migrate(runtime, NEXT).catch((reason: unknown) => reason);
    expect(error).toSatisfy(isUnavailable);
    expect(String(error)).toContain("The schema lacks 9001_next.sql; run `countersign migrate` as its owner");
    expect(await checkSchema(owner, NEXT)).toMatchObject({ state: "behind", mayMigrate: true });
  });

  test("checkSchema() takes a schema that is newer than the code", async () => {
    await migrate(owner, NEXT);
    expect(await checkSchema(runtime)).toEqual({ state: "current" });
    await owner.query("drop table next_table");
  });

  test("checkSchema() tells a role that was granted nothing, and an empty database", async () => {
    const admin = await openAsAdmin();
    await admin.query("create role newcomer login");
    await admin.query("create database empty_one owner schema_owner");
    const newcomer = await openAs("newcomer");
    onTestFinished(() => newcomer.close());
    expect(await checkSchema(newcomer)).toEqual({ state: "hidden" });
    await expect(migrate(newcomer)).rejects.toThrow("The database role may not read the schema");
  });
});
