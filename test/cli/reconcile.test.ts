import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureSearchAttributes } from "../../src/adapters/search-attributes.ts";
import { createTemporalRuns, workflowIdOf } from "../../src/adapters/temporal-runs.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { Db } from "../../src/store/db.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import { runHere } from "./run-cli.ts";

let server: PostgresServer;
let db: Db;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  server = await startPostgres();
  db = await openPostgres({ url: server.url });
  await migrate(db);
  connection = await Connection.connect({ address: temporalAddress() });
  client = new Client({ connection });
  await ensureSearchAttributes(connection, "default");
});
beforeEach(() => db.transaction((tx) => tx.runScript("truncate invocation, input_revision")));
afterAll(async () => {
  await connection.close();
  await db.close();
  await server.stop();
});

function reconcile(args: readonly string[], change: Readonly<Record<string, string>> = {}) {
  const env = {
    ...{ DATABASE_URL: server.url, TEMPORAL_ADDRESS: temporalAddress(), COUNTERSIGN_LOG_LEVEL: "silent" },
    ...{ COUNTERSIGN_SIGNING_KEY: "signing-key-of-the-tests-0123456789abcdef", ...change },
  };
  return runHere(["reconcile", ...args], { env });
}

/** An old call whose run nobody takes up. */
async function recordRunning(): Promise<InvocationId> {
  const id = await recordInvocation(db, { createdAt: "2026-01-01T00:00:00Z", verdict: null });
  await createTemporalRuns({ client, uiUrl: undefined, startEagerly: false }).start({
    ...{ ref: { tenant: "default", id }, taskQueue: "nobody's", action: "test.echo", actor: "ada" },
    ...{ run: undefined, reason: undefined, digest: "d", input: {} },
  });
  return id;
}

function terminate(id: InvocationId) {
  return client.workflow.getHandle(workflowIdOf({ tenant: "default", id })).terminate("Not wanted");
}

async function statusOf(id: InvocationId) {
  return (await db.query<{ status: string }>("select status from invocation where id = $1", [id]))[0]?.status;
}

test("countersign reconcile closes what an operator has ended, and says what it did", async () => {
  const [ended, running] = [await recordRunning(), await recordRunning()];
  await terminate(ended);
  const { exitCode, stdout } = await reconcile(["--json"]);
  expect({ exitCode, report: JSON.parse(stdout) as unknown }).toEqual({
    exitCode: 0,
    report: {
      ...{ checked: 2, closed: { canceled: 1, failed: 0, uncertain: 0 } },
      ...{ restarted: 0, rowless: 0, waiting: 0, faults: 0 },
    },
  });
  expect([await statusOf(ended), await statusOf(running)]).toEqual(["canceled", "accepted"]);
  expect((await reconcile([])).stdout).toContain("Checked 0, closed 0");
  await terminate(running);
});

test("countersign reconcile --all looks at every open call, whenever it was looked at", async () => {
  for (let count = 0; count < 55; count += 1) await recordInvocation(db, { createdAt: "2026-01-01T00:00:00Z" });
  const ended = await recordRunning();
  await db.query("update invocation set run_checked_at = ms_now()");
  await terminate(ended);
  const { stdout } = await reconcile(["--all", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ checked: 56, closed: { canceled: 1 } });
  expect(await statusOf(ended)).toBe("canceled");
});

test("countersign reconcile changes nothing and fails while Temporal is away", async () => {
  const ended = await recordRunning();
  await terminate(ended);
  const { exitCode, stderr } = await reconcile([], { TEMPORAL_ADDRESS: "127.0.0.1:1" });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining("Temporal can't be reached") });
  expect(await statusOf(ended)).toBe("accepted");
});

test("countersign reconcile names what it lacks", async () => {
  const { exitCode, stderr } = await runHere(["reconcile"], { env: { DATABASE_URL: server.url } });
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("TEMPORAL_ADDRESS, COUNTERSIGN_SIGNING_KEY"),
  });
});
