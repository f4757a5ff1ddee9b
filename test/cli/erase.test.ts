import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";
import { recordApproval } from "../support/recorded-approvals.ts";
import { runHere } from "./run-cli.ts";

let server: PostgresServer;
let db: Db;
let env: Record<string, string>;

beforeAll(async () => {
  server = await startPostgres();
  env = { DATABASE_URL: server.url };
  db = await openPostgres({ url: server.url });
  for (const role of ["app", "erasing"]) await db.query(`create role ${role} login`);
});
afterAll(async () => {
  await db.close();
  await server.stop();
});

test("countersign migrate applies what is lacking, then finds nothing lacking", async () => {
  const first = await runHere(["migrate"], { env });
  expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Applied 0001_initial.sql") as string });
  expect(await runHere(["migrate"], { env })).toMatchObject({ exitCode: 0, stdout: "The schema is up to date" });
});

test("countersign migrate grants roles that flags or variables name", async () => {
  const flags = ["--runtime-role", "app", "--retention-role", "erasing"];
  const printed = await runHere(["migrate", ...flags], { env });
  expect(printed.stdout).toContain("Granted app what the runtime role needs");
  const variables = { ...env, COUNTERSIGN_RUNTIME_ROLE: "app" };
  const { stdout } = await runHere(["migrate", "--json"], { env: variables });
  expect(JSON.parse(stdout)).toEqual({ applied: [], granted: { runtime: "app" } });
});

test("countersign migrate says which role isn't there", async () => {
  const { exitCode, stderr } = await runHere(["migrate", "--runtime-role", "nobody_there"], { env });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("There is no database role nobody_there");
});

test("countersign erase counts first, then erases as the retention role", async () => {
  const ref = await recordApproval(db, { tenant: "acme" });
  const end = "update invocation set status = 'rejected', closed_at = ms_now() - interval '9 days' where id = $1";
  await db.query(end, [ref.id]);
  await db.query("insert into audit_head (tenant, seq, hash) values ('acme', 0, repeat('0', 64))");
  const url = new URL(server.url);
  url.username = "erasing";
  const asErasing = { env: { DATABASE_URL: url.href, COUNTERSIGN_RETENTION: "7d" } };
  const trial = await runHere(["erase", "--dry-run", "--json"], asErasing);
  expect(JSON.parse(trial.stdout)).toMatchObject({ isDryRun: true, invocations: 1, events: null });
  const done = await runHere(["erase", "--older-than", "8d", "--tenant", "acme"], asErasing);
  expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Erased: +1$/m) as string });
});

test.each([
  [["erase"], "Say how old content must be"],
  [["erase", "--older-than", "soon"], "Say how old content must be"],
  [["erase", "--older-than", "1d"], "Set DATABASE_URL"],
  [["migrate"], "Set DATABASE_URL"],
])("countersign %j says what is missing", async (args, problem) => {
  const { exitCode, stderr } = await runHere(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(problem);
});
