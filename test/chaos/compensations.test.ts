import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { CompensationView } from "../../src/contract/compensation.ts";
import { type ApartServer, startApart } from "../support/apart-server.ts";
import { readEffects } from "../support/chaos-server.ts";
import { eventually } from "../support/processes.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import type { WireCaller } from "../support/wire-caller.ts";

const COUNTERSIGN_ACTIONS = fileURLToPath(new URL("fixtures/compensation-actions.ts", import.meta.url));

let server: ApartServer;
let agent: WireCaller;

beforeAll(async () => {
  server = await startApart({ temporalAddress: temporalAddress(), apiCount: 1, env: { COUNTERSIGN_ACTIONS } });
  const [first] = await server.callers("agent", { kind: "agent" });
  if (first === undefined) throw new Error("There is no caller");
  agent = first;
});

/** Calls an action three times in a run; undoing the second one hangs. */
async function perform(action: string, run: string): Promise<void> {
  for (const text of ["a", "b", "c"]) {
    const body = { input: { text: `${run} ${text}`, hangs: text === "b" }, run, waitMs: 20_000 };
    const { status } = await agent.call(`/v1/actions/${action}/invocations`, { body });
    expect(status).toBe(200);
  }
}

async function compensate(run: string, waitMs: number): Promise<CompensationView> {
  return (await agent.call<CompensationView>(`/v1/runs/${run}/compensate`, { body: { waitMs } })).body;
}

/** What undoing a run did, in the order that it happened. */
function undone(run: string, kind: "begun" | "effect" = "effect"): string[] {
  const lines = readEffects(server.workspace).filter((line) => line.kind === kind);
  return lines.map(({ text }) => text).filter((text) => text.startsWith(`undo ${run} `));
}

async function killWorkerInTheMiddle(run: string): Promise<void> {
  expect(await compensate(run, 0)).toMatchObject({ status: "running" });
  await eventually(() => undone(run, "begun").includes(`undo ${run} b`), { what: "The step that hangs" });
  await server.stopWorker("SIGKILL");
  await server.startWorker();
}

test("compensateRun() goes on where its worker was killed in the middle, in order, and undoes nothing twice", async () => {
  await perform("chaos.idempotent", "killed");
  await killWorkerInTheMiddle("killed");
  expect(await compensate("killed", 60_000)).toMatchObject({ status: "done", left: 0, steps: [{}, {}, {}] });
  expect(undone("killed")).toEqual(["undo killed c", "undo killed b", "undo killed a"]);
});

test("compensateRun() stops where nobody knows whether a killed step took effect, and goes on once a person has found out", async () => {
  await perform("chaos.once", "doubt");
  await killWorkerInTheMiddle("doubt");
  const stopped = await compensate("doubt", 60_000);
  expect(stopped).toMatchObject({
    status: "stopped",
    left: 2,
    steps: [{ status: "executed" }, { status: "uncertain" }],
  });
  expect(await compensate("doubt", 5_000)).toMatchObject({ status: "stopped", left: 2 });
  const finding = { outcome: "executed", note: "Undone by hand" };
  await server.admin.call(`/v1/invocations/${stopped.steps[1]?.id}/reconcile`, { body: finding });
  expect(await compensate("doubt", 60_000)).toMatchObject({ status: "done", left: 0 });
  expect(undone("doubt")).toEqual(["undo doubt c", "undo doubt a"]);
});
