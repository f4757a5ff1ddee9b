import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Fleet, startFleet } from "../fleet/start-fleet.ts";
import { hire, inParallel, type Person } from "../proof/callers.ts";
import { startTarget, type Target } from "../proof/target.ts";
import { startFloor } from "./floor/start-floor.ts";
import { measure, median, percentile } from "./load.ts";

/** Calls that wait for people at the same time. */
const PENDING = 3_000;
const WIDTH = 24;
const LISTS = 60;
const VOTES = 150;
/** Calls of each series of the throughput, and rounds in which ours and the floor take turns. */
const CALLS = 160;
const CALLERS = 16;
const ROUNDS = 3;

/**
 * Measures a fleet of two HTTP processes, two workers, PostgreSQL and Temporal on this machine: what it costs to hold calls that wait,
 * how long a list of them takes, the time from a vote to the action's first request, and calls per second against a bare workflow on
 * the same server in turns.
 */
export async function benchFleet(): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  const target = await startTarget();
  const fleet = await startFleet({
    folder,
    actionsModule: fileURLToPath(new URL("fleet/actions.ts", import.meta.url)),
    policyFile: fileURLToPath(new URL("fleet/policy.yaml", import.meta.url)),
    env: { BENCH_TARGET: target.url },
  });
  try {
    const agent = await hire(fleet, { subject: "agent", kind: "agent", permissions: ["invoke", "read"] });
    const approver = await hire(fleet, {
      ...{ subject: "ada", kind: "user", groups: ["approvers"], permissions: ["approve", "read"] },
    });
    // Before anything waits, since both sides' speed is the same question only then.
    const throughput = await measureThroughput(fleet, agent);
    const held = await holdPending(fleet, agent);
    const list = await measure(
      () => approver.ask((client) => client.approvals.list({ status: "pending", limit: 50 })),
      {
        ...{ count: LISTS, callers: 1 },
      },
    );
    const votes = await measureVotes({ target, approver }, held.ids);
    const { ids, ...memory } = held;
    return { bench: "fleet", pending: ids.length, ...memory, listP50Ms: round(list.p50Ms), ...votes, ...throughput };
  } finally {
    await fleet.close();
    await target.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Memory that each process takes more for every 1,000 calls that wait. */
async function holdPending(fleet: Fleet, agent: Person) {
  const before = readMemory(fleet);
  const ids: string[] = [];
  const numbers = Array.from({ length: PENDING }, (_, n) => n);
  const startedAtMs = performance.now();
  await inParallel(numbers, WIDTH, async (n) => {
    const { id } = await agent.ask((client) => client.invoke("bench.asked", { n }, { idempotencyKey: `asked-${n}` }));
    ids.push(id);
  });
  const pendingPerSecond = round((PENDING / (performance.now() - startedAtMs)) * 1_000);
  const after = readMemory(fleet);
  const grown = Object.entries(after).map(([name, mib]) => [
    name,
    round(((mib - (before[name] ?? 0)) / PENDING) * 1_000),
  ]);
  return { ids, pendingPerSecond, mibBefore: before, mibPer1000Pending: Object.fromEntries(grown) as object };
}

/** Resident memory of each process, MiB. */
function readMemory({ apis, workers, temporal }: Fleet): Record<string, number> {
  const processes = [...apis, ...workers].map(({ name, pid }) => [name, pid()] as const);
  return Object.fromEntries(
    [...processes, ["temporal", temporal().pid] as const].map(([name, pid]) => {
      const [, kib = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
      return [name, Math.round(Number(kib) / 1_024)];
    }),
  );
}

/** From the moment a vote is sent to the action's first request, while all the others wait. */
async function measureVotes(
  { target, approver }: { readonly target: Target; readonly approver: Person },
  ids: readonly string[],
) {
  const tookMs: number[] = [];
  for (const id of ids.slice(0, VOTES)) {
    const sentAtMs = performance.now();
    await approver.ask((client) => client.approvals.approve(id));
    while (!target.received.has(id)) await new Promise((resolve) => setTimeout(resolve, 2));
    tookMs.push((target.received.get(id)?.firstAtMs ?? Number.NaN) - sentAtMs);
  }
  return { voteToStartP50Ms: round(percentile(tookMs, 0.5)), voteToStartP99Ms: round(percentile(tookMs, 0.99)) };
}

async function measureThroughput(fleet: Fleet, agent: Person) {
  const floor = await startFloor(fleet.temporal().address);
  try {
    const free = (): Promise<unknown> => agent.ask((client) => client.run("bench.free", { n: 1 }));
    const load = { count: CALLS, callers: CALLERS };
    for (const call of [free, floor.call]) await measure(call, { count: 40, callers: 8 });
    const ours: number[] = [];
    const floors: number[] = [];
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      floors.push((await measure(floor.call, load)).perSecond);
      ours.push((await measure(free, load)).perSecond);
    }
    const ratios = ours.map((perSecond, turn) => perSecond / (floors[turn] ?? Number.NaN));
    return { floorPerSecond: round(median(floors)), perSecondRatio: round(median(ratios)) };
  } finally {
    await floor.close();
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
