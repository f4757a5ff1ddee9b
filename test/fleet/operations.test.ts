import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { beforeAll, expect, test } from "vitest";
import type { WebhookSecret, WebhookView } from "../../src/contract/webhooks.ts";
import { eventually } from "../support/processes.ts";
import { openMessage, startReceiver } from "../support/receiver.ts";
import { createCaller, type InvokedView, type WireCaller } from "../support/wire-caller.ts";
import { pick, setStage, type Stage } from "./load.ts";

let stage: Stage;
beforeAll(async () => {
  // One process of each kind: a roll-out of several is tested beside it.
  stage = await setStage({ apiCount: 1, workerCount: 1 });
});

async function ask(text: string): Promise<string> {
  const { id } = (await pick(stage.agents, 0).invoke("chaos.asked", { text })).body;
  await eventually(async () => (await pick(stage.agents, 0).read(id)).status === "pending", { what: "The approval" });
  return id;
}

async function approve(id: string): Promise<InvokedView> {
  expect((await pick(stage.approvers, 1).approve(id)).status).toBeLessThan(300);
  return pick(stage.agents, 0).read(id, 60_000);
}

/** Rolls out other variables: a worker and an HTTP process at a time, while the others serve with the former ones. */
async function rollOut(variables: Readonly<Record<string, string>>): Promise<void> {
  const { fleet } = stage;
  fleet.configure(variables);
  for (const [index, worker] of fleet.workers.entries()) {
    const some = [worker, pick(fleet.apis, index)];
    await Promise.all(some.map((process) => process.end("SIGTERM")));
    for (const process of some) process.start();
    await fleet.ready();
  }
}

async function withDatabase<T>(url: string, work: (database: Client) => Promise<T>): Promise<T> {
  const database = new Client({ connectionString: url });
  await database.connect();
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

/** The owner's connection string with another role. */
function urlAs(role: string): string {
  const url = new URL(stage.fleet.ownerUrl);
  url.username = role;
  return url.href;
}

/** Whoever has the operator's key, as it is at present. */
function operator(): WireCaller {
  return createCaller(() => stage.fleet.apis[0]?.url ?? "", stage.fleet.variable("COUNTERSIGN_ADMIN_KEY"));
}

/** Runs a command of the fleet and reads its report. */
async function report(args: readonly string[], databaseUrl: string): Promise<unknown> {
  return JSON.parse(await stage.fleet.run([...args, "--json"], { DATABASE_URL: databaseUrl }));
}

test("COUNTERSIGN_SIGNING_KEY is rotated in two steps while calls wait: votes, approvals and receivers of webhooks go on", async () => {
  const { fleet } = stage;
  const receiver = await startReceiver();
  const webhook = { url: receiver.url, types: ["approval.resolved"] };
  const { body: made } = await operator().call<WebhookView & WebhookSecret>("/v1/webhooks", { body: webhook });
  const waiting = [await ask("asked under the old key"), await ask("resolved between the steps")] as const;
  const [old, fresh] = [fleet.variable("COUNTERSIGN_SIGNING_KEY"), randomBytes(32).toString("hex")];

  await rollOut({ COUNTERSIGN_PREVIOUS_SIGNING_KEYS: fresh });
  expect(await approve(waiting[1])).toMatchObject({ status: "executed" });
  await rollOut({ COUNTERSIGN_SIGNING_KEY: fresh, COUNTERSIGN_PREVIOUS_SIGNING_KEYS: old });
  expect(await approve(waiting[0])).toMatchObject({ status: "executed" });

  const { body: now } = await operator().call<WebhookSecret>(`/v1/webhooks/${made.id}/secret`);
  expect(now.secret).not.toBe(made.secret);
  await eventually(() => receiver.received.length >= 2, { what: "Both messages" });
  for (const secret of [made.secret, now.secret]) {
    for (const message of receiver.received) expect(openMessage(message, secret).type).toBe("approval.resolved");
  }
});

test("COUNTERSIGN_ENCRYPTION_KEYS is introduced and rotated, and its first key dropped, without losing what was kept", async () => {
  const { fleet } = stage;
  const plain = await ask("asked in plain text");
  const first = `first:${randomBytes(32).toString("base64")}`;
  const second = `second:${randomBytes(32).toString("base64")}`;
  await rollOut({ COUNTERSIGN_ENCRYPTION_KEYS: first });
  const sealed = await ask("asked under the first key");
  await rollOut({ COUNTERSIGN_ENCRYPTION_KEYS: `${first},${second}` });
  await rollOut({ COUNTERSIGN_ENCRYPTION_KEYS: `${second},${first}` });

  expect(await report(["encryption", "rotate"], fleet.ownerUrl)).toMatchObject({ unreadable: [], isComplete: true });
  const { current, values } = (await report(["encryption", "status"], fleet.ownerUrl)) as {
    readonly current: string;
    readonly values: readonly { readonly key: string | null }[];
  };
  expect([current, ...values.map(({ key }) => key)].filter((key) => key !== "second")).toEqual([]);

  await rollOut({ COUNTERSIGN_ENCRYPTION_KEYS: second });
  for (const id of [plain, sealed]) expect(await approve(id)).toMatchObject({ status: "executed" });
});

test("the operator's key is changed by a rolling restart: the old one opens nothing", async () => {
  const { fleet } = stage;
  const former = operator();
  await rollOut({ COUNTERSIGN_ADMIN_KEY: `admin-${randomBytes(24).toString("hex")}` });
  for (const { url } of fleet.apis) {
    expect((await createCaller(() => url, former.apiKey).call("/v1/keys")).status).toBe(401);
    expect((await createCaller(() => url, operator().apiKey).call("/v1/keys")).status).toBe(200);
  }
});

test("a backup of PostgreSQL that is restored over a newer Temporal claims nothing that nobody knows, and what waits goes on", async () => {
  const { fleet, workspace } = stage;
  const [waits, doneSince] = [await ask("waits over the restore"), await ask("done after the backup")];
  const backup = workspace.path("countersign.dump");
  // Beside the server itself, wherever the PATH has a link to that.
  const folder = dirname(realpathSync(join(fleet.database.binaries, "postgres")));
  const tool = (name: string): string => join(folder, name);
  await promisify(execFile)(tool("pg_dump"), ["--format=custom", `--file=${backup}`, fleet.ownerUrl]);
  expect(await approve(doneSince)).toMatchObject({ status: "executed" });

  for (const process of [...fleet.apis, ...fleet.workers]) await process.end("SIGTERM");
  const restore = ["--clean", "--if-exists", "--single-transaction", `--dbname=${fleet.ownerUrl}`, backup];
  await promisify(execFile)(tool("pg_restore"), restore);
  expect(await report(["reconcile", "--all"], urlAs("countersign_app"))).toMatchObject({ closed: { uncertain: 1 } });
  for (const process of [...fleet.workers, ...fleet.apis]) process.start();
  await fleet.ready();
  expect(await pick(stage.agents, 0).read(doneSince)).toMatchObject({ status: "uncertain" });
  expect(await approve(waits)).toMatchObject({ status: "executed" });
});

test("migrate grants the retention role what erase needs, and the runtime role can neither erase nor touch the record", async () => {
  const { fleet } = stage;
  const id = await ask("erased soon");
  await approve(id);
  await withDatabase(fleet.database.url, (database) => database.query("create role countersign_retention login"));
  const roles = ["--runtime-role", "countersign_app", "--retention-role", "countersign_retention"];
  expect(await report(["migrate", ...roles], fleet.ownerUrl)).toMatchObject({
    granted: { runtime: "countersign_app", retention: "countersign_retention" },
  });

  const erase = ["erase", "--older-than", "1s"];
  await eventually(
    async () => {
      await report(erase, urlAs("countersign_retention"));
      return "erasedAt" in (await pick(stage.agents, 0).read(id));
    },
    { what: "The erasure" },
  );
  await expect(report(erase, urlAs("countersign_app"))).rejects.toThrow("permission denied");
  for (const text of ["update audit_event set data = '{}'", "delete from audit_event", "delete from invocation"]) {
    const attempt = withDatabase(urlAs("countersign_app"), (database) => database.query(text));
    await expect(attempt).rejects.toThrow("permission denied");
  }
});
