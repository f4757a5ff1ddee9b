import { Client } from "pg";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { findFreePort } from "../../src/embedded/free-port.ts";
import { startTemporalServer } from "../../src/embedded/temporal-server.ts";
import {
  ADMIN_KEY,
  createKeyedCaller,
  REVIEWER,
  serverEnvironment,
  waitUntilListening,
  waitUntilReady,
} from "../support/chaos-server.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";
import { type CommandProcess, createWorkspace, eventually, launchCommand, undoLater } from "../support/processes.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import { createCaller } from "../support/wire-caller.ts";

let database: PostgresServer;

beforeAll(async () => {
  database = await startPostgres();
  undoLater(() => database.stop());
});

const launched: CommandProcess[] = [];
afterEach(async () => void (await Promise.all(launched.splice(0).map((command) => command.end("SIGKILL")))));

/** Variables of processes apart, whose parts are somewhere; log lines from information on. */
function environment(change: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...serverEnvironment(createWorkspace()),
    COUNTERSIGN_SIGNING_KEY: "signing-key-of-the-tests-0123456789abcdef",
    COUNTERSIGN_LOG_LEVEL: "info",
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporalAddress(),
    ...change,
  };
}

function launch(args: readonly string[], env: Readonly<Record<string, string>>): CommandProcess {
  const command = launchCommand(args, env);
  launched.push(command);
  return command;
}

/** Waits until a process has said something. */
async function heard(command: CommandProcess, words: RegExp): Promise<void> {
  const all = (): string => command.output().stdout + command.output().stderr;
  await eventually(() => words.test(all()), { what: `${words} in ${all()}` }).catch((error: unknown) => {
    throw new Error(`It said: ${all()}`, { cause: error });
  });
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}

const NOWHERE = async (): Promise<string> => `postgres://countersign@127.0.0.1:${await findFreePort()}/postgres`;

describe("countersign api without its store", () => {
  test("lives and says what it waits for, and ends at once with 0 when it is told to", async () => {
    const api = launch(["api"], environment({ DATABASE_URL: await NOWHERE() }));
    const url = await waitUntilListening(api);
    await heard(api, /Waiting for PostgreSQL/);
    expect(await statusOf(`${url}/healthz`)).toBe(200);
    const readiness = await fetch(`${url}/readyz`);
    expect([readiness.status, await readiness.json()]).toMatchObject([503, { missing: ["Waiting for PostgreSQL"] }]);
    const call = await createCaller(() => url, ADMIN_KEY).call("/v1/actions");
    expect([call.status, call.headers.get("retry-after")]).toEqual([503, "2"]);
    const startedAtMs = performance.now();
    expect(await api.end("SIGTERM")).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - startedAtMs).toBeLessThan(4_000);
  });

  test("ends with 1 and one clear line when the store won't have it", async () => {
    const api = launch(["api"], environment({ DATABASE_URL: database.url.replace(/postgres$/, "nothing") }));
    expect(await api.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/countersign: PostgreSQL can't be used: database "nothing" does not exist\n$/),
    });
  });
});

describe("countersign worker without its parts", () => {
  test.each<[part: string, words: RegExp, change: () => Promise<Record<string, string>>]>([
    ["PostgreSQL", /Waiting for PostgreSQL/, async () => ({ DATABASE_URL: await NOWHERE() })],
    ["Temporal", /Waiting for Temporal/, async () => ({ TEMPORAL_ADDRESS: `127.0.0.1:${await findFreePort()}` })],
    ["its namespace", /Waiting for Temporal's search attributes/, async () => ({ TEMPORAL_NAMESPACE: "not-there" })],
  ])("says that it waits for %s, and ends at once with 0 when it is told to", async (_, words, change) => {
    const worker = launch(["worker"], environment(await change()));
    await heard(worker, words);
    const startedAtMs = performance.now();
    expect(await worker.end("SIGTERM")).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - startedAtMs).toBeLessThan(4_000);
  });

  test("waits for the schema while its role may not make it", async () => {
    const url = new URL(database.url);
    await runAsOwner("create role humble login", "create database bare");
    url.username = "humble";
    url.pathname = "/bare";
    const worker = launch(["worker"], environment({ DATABASE_URL: url.href }));
    await heard(worker, /countersign migrate.*Waiting for the schema/);
    expect(await worker.end("SIGTERM")).toMatchObject({ code: 0, signal: null });
  });
});

/** Runs statements as the owner of the database. */
async function runAsOwner(...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

test("countersign api and worker find everything that comes after them, and say since when no worker was there", async () => {
  const port = await findFreePort();
  const env = environment({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
  const first = launch(["worker", "--task-queue", "waiting"], env);
  const api = launch(["api"], env);
  const url = await waitUntilListening(api);
  await heard(first, /Waiting for Temporal/);
  const temporal = await startTemporalServer({ port });
  undoLater(() => temporal.stop());
  await heard(first, /The worker runs/);
  await waitUntilReady(url);

  const admin = createCaller(() => url, ADMIN_KEY);
  const agent = await createKeyedCaller(admin, () => url, { subject: "agent" });
  expect((await agent.invoke("chaos.once", { text: "first" })).body).toMatchObject({ status: "executed" });
  expect(await first.end("SIGTERM")).toMatchObject({ code: 0 });
  const { status, body } = await agent.invoke("chaos.once", { text: "waits" });
  expect([status, body]).toMatchObject([202, { status: "accepted", noWorkerSince: expect.any(String) }]);
  expect(await agent.read(body.id)).toMatchObject({ status: "accepted", noWorkerSince: expect.any(String) });
  const list = await agent.call<{ items: object[] }>("/v1/invocations?status=accepted");
  expect(list.body.items).toMatchObject([{ id: body.id, noWorkerSince: expect.any(String) }]);

  const second = launch(["worker", "--task-queue", "waiting"], env);
  await heard(second, /The worker runs/);
  const done = await agent.read(body.id, 30_000);
  expect(done).toMatchObject({ status: "executed", attempts: 1 });
  expect(done).not.toHaveProperty("noWorkerSince");
});

test("countersign api answers long polls early when it is told to end, and takes nothing new", async () => {
  const env = environment();
  const worker = launch(["worker", "--task-queue", "polled"], env);
  const api = launch(["api"], env);
  const url = await waitUntilListening(api);
  await heard(worker, /The worker runs/);
  await waitUntilReady(url);
  const admin = createCaller(() => url, ADMIN_KEY);
  await createKeyedCaller(admin, () => url, { subject: "ada", ...REVIEWER });
  const agent = await createKeyedCaller(admin, () => url, { subject: "poller" });
  const { body } = await agent.invoke("chaos.asked", { text: "asked" });
  const polls = [
    agent.call(`/v1/invocations/${body.id}?waitMs=60000`),
    agent.invoke("chaos.asked", { text: "waits" }, { waitMs: 60_000 }),
  ];
  await eventually(async () => {
    const list = await agent.call<{ items: object[] }>("/v1/invocations?status=pending");
    return list.body.items.length === 2;
  });
  const startedAtMs = performance.now();
  const ended = api.end("SIGTERM");
  for (const poll of polls) expect((await poll).body).toMatchObject({ status: "pending" });
  expect(await ended).toMatchObject({ code: 0, signal: null });
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
});
