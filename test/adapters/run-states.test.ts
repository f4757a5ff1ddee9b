import { randomBytes, randomUUID } from "node:crypto";
import { Client, Connection } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import { createRunStates } from "../../src/adapters/run-states.ts";
import { ensureSearchAttributes } from "../../src/adapters/search-attributes.ts";
import { createTemporalRuns, workflowIdOf } from "../../src/adapters/temporal-runs.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { newInvocationId } from "../../src/core/ids.ts";
import type { RunStates } from "../../src/gateway/ports.ts";
import { temporalAddress } from "../support/temporal-server.ts";

let connection: NativeConnection;
let client: Client;
let states: RunStates;

beforeAll(async () => {
  connection = await NativeConnection.connect({ address: temporalAddress() });
  client = new Client({ connection });
  await ensureSearchAttributes(connection, "default");
  states = createRunStates(client);
});
afterAll(() => connection.close());

function newRef(tenant = "default"): InvocationRef {
  return { tenant, id: newInvocationId(randomBytes) };
}

/** Starts a run on a queue that nobody polls. */
async function start(ref: InvocationRef, taskQueue: string = randomUUID()) {
  await createTemporalRuns({ client, uiUrl: undefined, startEagerly: false }).start({
    ...{ ref, taskQueue, action: "billing.issue_refund", actor: "agent", run: undefined, reason: undefined },
    ...{ digest: "d".repeat(64), input: {} },
  });
  return client.workflow.getHandle(workflowIdOf(ref));
}

describe("states.describe()", () => {
  it("tells a running run from one that is not there", async () => {
    const ref = newRef();
    expect(await states.describe(ref)).toEqual({ kind: "missing" });
    const handle = await start(ref);
    expect(await states.describe(ref)).toEqual({ kind: "running" });
    await handle.terminate();
  });

  it.each([
    ["Wrong customer", { reason: "Wrong customer" }],
    [undefined, {}],
  ])("tells of a termination because of %s", async (reason, told) => {
    const ref = newRef();
    const handle = await start(ref);
    const { runId } = await handle.describe();
    await handle.terminate(reason);
    const state = await states.describe(ref);
    expect(state).toEqual({ kind: "ended", end: { how: "terminated", runId, ...told } });
  });

  it("says of a namespace that is not there that it can't tell, over either connection", async () => {
    const other = await Connection.connect({ address: temporalAddress() });
    for (const by of [connection, other]) {
      const elsewhere = createRunStates(new Client({ connection: by, namespace: "nowhere" }));
      await expect(elsewhere.describe(newRef())).rejects.toThrow("nowhere");
    }
    await other.close();
  });

  it("says of a server that is away that it can't tell", async () => {
    const away = Connection.lazy({ address: "127.0.0.1:1" });
    const gone = createRunStates(new Client({ connection: away }));
    const asked = await Promise.allSettled([gone.ping(), gone.describe(newRef()), gone.wake(newRef())]);
    expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await away.close();
  });
});

test("states.listEnded() finds what others ended since, and not what goes on", async () => {
  const [ended, running] = [newRef("of two: parts"), newRef()];
  const sinceMs = Date.now() - 5_000;
  await (await start(ended)).terminate();
  const handle = await start(running);
  const listed = async () => (await states.listEnded({ sinceMs, limit: 1_000 })).refs;
  await vi.waitFor(async () => expect(await listed()).toContainEqual(ended), 10_000);
  expect(await listed()).not.toContainEqual(running);
  expect(await states.listEnded({ sinceMs: Date.now() + 60_000, limit: 1_000 })).toEqual({ refs: [] });
  await handle.terminate();
});

test("states.listEnded() gives what ended page by page", async () => {
  const ended = [newRef(), newRef(), newRef()];
  const sinceMs = Date.now() - 5_000;
  for (const ref of ended) await (await start(ref)).terminate();
  await vi.waitFor(async () => {
    const refs: InvocationRef[] = [];
    let page: Uint8Array | undefined;
    do {
      const found = await states.listEnded({ sinceMs, limit: 2, page });
      expect(found.refs.length).toBeLessThanOrEqual(2);
      refs.push(...found.refs);
      page = found.next;
    } while (page !== undefined);
    expect(refs).toEqual(expect.arrayContaining(ended));
  }, 10_000);
});

test("states.listRunning() gives the runs of a task queue page by page, those that are old enough", async () => {
  const taskQueue = `it's ${randomUUID()}`;
  const refs = [newRef(), newRef(), newRef()];
  const handles = await Promise.all(refs.map((ref) => start(ref, taskQueue)));
  const query = { taskQueue, startedBeforeMs: Date.now() + 60_000, limit: 2 };
  const first = await vi.waitUntil(async () => {
    const page = await states.listRunning(query);
    const { refs: rest } = await states.listRunning({ ...query, page: page.next });
    return page.refs.length === 2 && rest.length === 1 && { page, rest };
  }, 10_000);
  expect([...first.page.refs, ...first.rest].toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
    refs.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
  expect(await states.listRunning({ ...query, startedBeforeMs: Date.now() - 60_000 })).toEqual({ refs: [] });
  await Promise.all(handles.map((handle) => handle.terminate()));
});

test("states.wake() of a run that is not there is a success", async () => {
  await expect(states.wake(newRef())).resolves.toBeUndefined();
});
