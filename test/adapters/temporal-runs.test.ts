import { randomBytes, randomUUID } from "node:crypto";
import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureSearchAttributes } from "../../src/adapters/search-attributes.ts";
import { createTemporalRuns, workflowIdOf } from "../../src/adapters/temporal-runs.ts";
import { newInvocationId, newVoteId } from "../../src/core/ids.ts";
import type { Runs, RunStart } from "../../src/gateway/ports.ts";
import { temporalAddress } from "../support/temporal-server.ts";

let connection: Connection;
let client: Client;
let runs: Runs;

beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  client = new Client({ connection });
  await ensureSearchAttributes(connection, "default");
  runs = createTemporalRuns({ client, uiUrl: "https://ui.example", startEagerly: false });
});
afterAll(() => connection.close());

/** A start on a queue that nobody polls. */
function startOf(change: Partial<RunStart> = {}): RunStart {
  return {
    ref: { tenant: "default", id: newInvocationId(randomBytes) },
    taskQueue: randomUUID(),
    action: "billing.issue_refund",
    actor: "agent",
    run: undefined,
    reason: undefined,
    digest: "d".repeat(64),
    input: { invoiceId: "inv_1" },
    ...change,
  };
}

test("runs.start() starts one run, readable and searchable, and takes another start of it for a success", async () => {
  const run = startOf({ run: "run-7", reason: "Please *now*" });
  await Promise.all([runs.start(run), runs.start(run), runs.start(run)]);
  const { memo, typedSearchAttributes, status, type } = await client.workflow
    .getHandle(workflowIdOf(run.ref))
    .describe();
  expect([type, status.name]).toEqual(["guardedAction", "RUNNING"]);
  expect(memo).toEqual({ title: "billing.issue_refund for agent", digest: run.digest });
  const values = Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  expect(values).toEqual({
    ...{ GuardState: "accepted", GuardAction: "billing.issue_refund", GuardTenant: "default" },
    ...{ GuardActor: "agent", GuardRun: "run-7" },
  });
  await client.workflow.getHandle(workflowIdOf(run.ref)).terminate();
});

test("runs.start() cuts a long input short", async () => {
  const run = startOf({ input: { text: "é".repeat(30_000) } });
  await runs.start(run);
  const handle = client.workflow.getHandle(workflowIdOf(run.ref));
  const { events } = await handle.fetchHistory();
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
  expect(payload?.byteLength).toBeLessThan(10_000);
  await handle.terminate();
});

test("runs.start() doesn't start anew what has ended", async () => {
  const run = startOf();
  await runs.start(run);
  const handle = client.workflow.getHandle(workflowIdOf(run.ref));
  await handle.terminate();
  await runs.start(run);
  expect((await handle.describe()).status.name).toBe("TERMINATED");
});

test("runs.wake() and runs.cancel() reach a run, and reject where there is none", async () => {
  const run = startOf();
  await runs.start(run);
  await runs.wake(run.ref, newVoteId(randomBytes));
  await runs.cancel(run.ref);
  const handle = client.workflow.getHandle(workflowIdOf(run.ref));
  const { events } = await handle.fetchHistory();
  const types = events?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName).filter(Boolean);
  expect(types).toEqual(["castVote"]);
  expect(events?.some((event) => Boolean(event.workflowExecutionCancelRequestedEventAttributes))).toBe(true);
  await handle.terminate();
  const nobody = { tenant: "default", id: newInvocationId(randomBytes) };
  await expect(runs.wake(nobody, newVoteId(randomBytes))).rejects.toThrow("not found");
  await expect(runs.cancel(nobody)).rejects.toThrow("not found");
});

test("runs.countWorkers() counts none on a queue that nobody polls", async () => {
  expect(await runs.countWorkers([randomUUID(), randomUUID()])).toBe(0);
  expect(await runs.countWorkers([])).toBe(0);
});

test("runs.uiUrl() leads to the run, to its words once its id is known, and nowhere without a UI", () => {
  const ref = startOf().ref;
  const workflow = `https://ui.example/namespaces/default/workflows/guard%3Adefault%3A${ref.id}`;
  expect(runs.uiUrl(ref)).toBe(workflow);
  expect(runs.uiUrl(ref, "r1")).toBe(`${workflow}/r1/user-metadata`);
  const blind = createTemporalRuns({ client, uiUrl: undefined, startEagerly: false });
  expect(blind.uiUrl(ref, "r1")).toBeUndefined();
});

test("ensureSearchAttributes() may be repeated, by many at once", async () => {
  const again = Array.from({ length: 3 }, () => ensureSearchAttributes(connection, "default"));
  await expect(Promise.all(again)).resolves.toBeDefined();
});
