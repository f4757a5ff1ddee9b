import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { type ApartServer, startApart } from "../support/apart-server.ts";
import { readEffects } from "../support/chaos-server.ts";
import { eventually } from "../support/processes.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import type { WireCaller } from "../support/wire-caller.ts";

const COUNTERSIGN_ACTIONS = fileURLToPath(new URL("fixtures/guarded-actions.ts", import.meta.url));
const CALLS = 64;

let server: ApartServer;
/** The same key at either HTTP process. */
let agents: readonly WireCaller[];

beforeAll(async () => {
  server = await startApart({ temporalAddress: temporalAddress(), apiCount: 2, env: { COUNTERSIGN_ACTIONS } });
  await server.startWorker();
  agents = await server.callers("agent", { kind: "agent" });
});

/** Calls an action 64 times at once through both HTTP processes, and counts the answers by status or code. */
async function callAtOnce(action: string, text: string, takesMs = 300): Promise<Record<string, number>> {
  const calls = Array.from({ length: CALLS }, async (_, index) => {
    const body = { input: { text, takesMs }, run: "r1", waitMs: 60_000 };
    const caller = agents[index % agents.length];
    const answer = await caller?.call<{ code?: string }>(`/v1/actions/${action}/invocations`, { body });
    return answer?.status === 200 ? "executed" : (answer?.body.code ?? "none");
  });
  const counts: Record<string, number> = {};
  for (const answer of await Promise.all(calls)) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

function countEffects(text: string): number {
  return readEffects(server.workspace).filter((line) => line.kind === "effect" && line.text === text).length;
}

test.each([
  ["chaos.rated", "rate_limited"],
  ["chaos.tried", "attempts_exceeded"],
  ["chaos.budgeted", "budget_exceeded"],
])("%s through two APIs and two workers: of 64 calls at once exactly 10 pass", async (action, code) => {
  expect(await callAtOnce(action, action)).toEqual({ executed: 10, [code]: CALLS - 10 });
  expect(countEffects(action)).toBe(10);
});

test("chaos.broken through two APIs and two workers: of 64 calls at once exactly one tries a dependency that failed", async () => {
  const body = { input: { text: "fails", fails: true }, waitMs: 60_000 };
  const fail = () => agents[0]?.call("/v1/actions/chaos.broken/invocations", { body });
  expect([(await fail())?.status, (await fail())?.status]).toEqual([502, 502]);
  expect(await callAtOnce("chaos.broken", "open")).toEqual({ circuit_open: CALLS });

  // The database's clock decides when the time is over, so that is where it is moved.
  const { Client } = await import("pg");
  const database = new Client({ connectionString: server.database.url });
  await database.connect();
  await database.query(
    `update breaker set document = jsonb_set(document::jsonb, '{resetAtMs}', to_jsonb(floor(extract(epoch from clock_timestamp()) * 1000) - 1))::text`,
  );
  await database.end();
  // The one that tries takes so long that all others come meanwhile.
  expect(await callAtOnce("chaos.broken", "probe", 8_000)).toEqual({ executed: 1, circuit_open: CALLS - 1 });
  expect(countEffects("probe")).toBe(1);
  expect(await callAtOnce("chaos.broken", "closed")).toEqual({ executed: CALLS });
});

test("kill -9 of a worker between reserve and settle: what was reserved is settled once by whoever takes the call up", async () => {
  const call = { body: { input: { text: "held" }, run: "r2", waitMs: 0 } };
  const { body } = (await agents[0]?.call<{ id: string }>("/v1/actions/chaos.held/invocations", call)) ?? {};
  const read = () => agents[0]?.read(body?.id ?? "");
  const begun = () => readEffects(server.workspace).find(({ key }) => key === body?.id);
  await eventually(() => begun() !== undefined, { what: "The call's beginning" });
  expect(await read()).toMatchObject({ status: "executing" });
  const refused = await agents[1]?.call<{ code: string; reserved: number }>("/v1/actions/chaos.held/invocations", {
    body: { ...call.body, waitMs: 60_000 },
  });
  expect(refused?.body).toMatchObject({ code: "budget_exceeded", used: 0, reserved: 10, requested: 10 });

  process.kill(begun()?.pid ?? Number.NaN, "SIGKILL");
  expect(await agents[0]?.read(body?.id ?? "", 60_000)).toMatchObject({ status: "executed" });
  const settled = await server.admin.call<{ items: { data: { outcome: string } }[] }>(
    `/v1/audit?type=guard.settled&invocation=${body?.id}`,
  );
  expect(settled.body.items.map(({ data }) => data.outcome)).toEqual(["settled"]);
});
