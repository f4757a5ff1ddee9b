import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import type { RunCompensation } from "../../src/contract/compensation.ts";
import { computeCompensationMac } from "../../src/core/compensation-mac.ts";
import { compensationIdOf } from "../../src/core/run-opening.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { COMPENSATE_RUN } from "../../workflows/messages.ts";
import { startGuard, type TestGuard } from "../support/guard.ts";

const POLICY = `
version: 1
rules:
  - name: all
    match: { action: "test.*" }
    effect: allow
`;

let undone: string[];
const undoable = defineAction({
  name: "test.undoable",
  description: "Can be undone",
  input: z.object({}),
  run: () => ({}),
  compensate: (_input, _output, { compensates }) => void undone.push(compensates),
});

let guard: TestGuard;
let agent: Caller;

beforeAll(async () => {
  guard = await startGuard([undoable], POLICY);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
});
afterAll(() => guard.close());
beforeEach(() => {
  undone = [];
});

/** An executed call in this run. */
async function act(run: string): Promise<string> {
  const view = await guard.gateway.invoke(agent, { action: "test.undoable", input: {}, run, waitMs: 15_000 });
  expect(view).toMatchObject({ status: "executed" });
  return view.id;
}

function forge(run: string): RunCompensation {
  const request = { tenant: "default", actor: "agent", run, by: "the-cfo", askedSeq: Number.MAX_SAFE_INTEGER };
  return { ...request, mac: computeCompensationMac("another key than the doors have", request) };
}

/** What undoes the run, started by hand on the guard's own queue with a door's request or another. */
async function start(request: RunCompensation) {
  const taskQueue = (await guard.store.manifests.get("test.undoable"))?.taskQueue ?? "";
  return guard.client.workflow.start(COMPENSATE_RUN, {
    ...{ workflowId: compensationIdOf(request), taskQueue, args: [request] },
  });
}

test("compensateRun() started by hand fails, and undoes nothing in anybody's name", async () => {
  await act("forged");
  const run = await start(forge("forged"));
  await expect(run.result()).rejects.toMatchObject({ cause: { type: "forbidden" } });
  expect(undone).toEqual([]);
});

test("compensateRun() passes over raw signals, and goes on in the name of who asked at a door", async () => {
  const id = await act("signalled");
  await guard.stopWorker();
  await guard.gateway.compensateRun(agent, "signalled", { waitMs: 0 });
  const run = guard.client.workflow.getHandle(compensationIdOf(forge("signalled")));
  for (const sent of [forge("signalled"), Number.MAX_SAFE_INTEGER, null, { mac: 1 }])
    await run.signal("askCompensation", sent);
  await guard.startWorker();
  expect(await run.result()).toBe("done");
  expect(undone).toEqual([id]);
  const { steps } = await guard.gateway.compensateRun(agent, "signalled", {});
  expect(steps).toMatchObject([{ compensates: id, actor: "agent" }]);
  expect(steps[0]).not.toHaveProperty("via");
});
