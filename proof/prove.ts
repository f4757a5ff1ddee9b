import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { FleetProcess } from "../fleet/fleet-process.ts";
import { type Fleet, startFleet } from "../fleet/start-fleet.ts";
import { hire, inParallel, type Person } from "./callers.ts";
import { countOpen, examine, type Findings } from "./examine.ts";
import { startTarget, type Target } from "./target.ts";

/** Requests at a time; our choice, what two cores can answer. */
const WIDTH = 24;
/** Every so many-th call is of the action that may run only once. */
const ONCE_EVERY = 5;
/** The second round has so many calls for each of the first. */
const SECOND_ROUND = 0.3;
/** How long the last open call may take to close, once everything was approved. */
const SETTLE_MS = 180_000;

/** What the proof found. `holds` says whether that is what is claimed. */
export interface Proof extends Findings {
  readonly proof: "fleet";
  /** Calls that waited for a person when both workers and an HTTP process were killed. */
  readonly pending: number;
  /** Calls of the second round, in the middle of whose approval they were killed again. */
  readonly secondRound: number;
  /** Processes that were ended by `kill -9`. */
  readonly killed: number;
  /** Requests at the target, and effects that they had, of either action. */
  readonly requests: { readonly keyed: number; readonly once: number };
  readonly effects: { readonly keyed: number; readonly once: number };
  readonly pendingPerSecond: number;
  readonly approvedPerSecond: number;
  readonly holds: boolean;
}

/**
 * Proves on a fleet of real processes that nothing is lost and nothing doubled: calls wait for people, both workers and an HTTP process
 * are killed, started again, and everything is approved; then once more with the kill in the middle of approving.
 */
export async function prove(pending: number, say: (line: string) => void): Promise<Proof> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-proof-"));
  const target = await startTarget();
  const fleet = await startFleet({
    folder,
    actionsModule: fileURLToPath(new URL("actions.ts", import.meta.url)),
    policyFile: fileURLToPath(new URL("policy.yaml", import.meta.url)),
    env: { PROOF_TARGET: target.url },
  }).catch(async (error: unknown) => {
    await target.close();
    throw error;
  });
  try {
    return await carryOut({ fleet, target, say }, pending);
  } finally {
    await fleet.close();
    await target.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Stage {
  readonly fleet: Fleet;
  readonly target: Target;
  readonly say: (line: string) => void;
}

async function carryOut({ fleet, target, say }: Stage, pending: number): Promise<Proof> {
  const agent = await hire(fleet, { subject: "agent", kind: "agent", permissions: ["invoke", "read"] });
  const approver = await hire(fleet, {
    ...{ subject: "ada", kind: "user", groups: ["approvers"], permissions: ["approve", "read"] },
  });
  const secondRound = Math.ceil(pending * SECOND_ROUND);

  say(`Asking ${pending} times`);
  const openedAtMs = performance.now();
  const first = await open(agent, "first", pending);
  const pendingPerSecond = (pending / (performance.now() - openedAtMs)) * 1_000;
  say("Killing both workers and an HTTP process, and starting them again");
  const kills = [await killAndRestart(fleet, [...fleet.workers, ...fleet.apis.slice(0, 1)])];
  say(`Approving ${pending} calls`);
  const approvedAtMs = performance.now();
  await inParallel(first, WIDTH, (id) => approve(approver, id));
  await settle(fleet);
  const approvedPerSecond = (pending / (performance.now() - approvedAtMs)) * 1_000;

  say(`Asking ${secondRound} times, and approving with a kill in the middle`);
  const second = await open(agent, "second", secondRound);
  let killing: Promise<Kill> | undefined;
  let done = 0;
  await inParallel(second, WIDTH, async (id) => {
    await approve(approver, id);
    done += 1;
    if (done >= secondRound / 2) killing ??= killAndRestart(fleet, [...fleet.workers, ...fleet.apis.slice(1)]);
  });
  if (killing !== undefined) kills.push(await killing);
  await settle(fleet);

  const killedAtMs = kills.map(({ atMs }) => atMs);
  const told = { acknowledged: new Set([...first, ...second]), received: target.received, killedAtMs };
  const findings = await examine(fleet, told);
  const killed = kills.reduce((sum, { count }) => sum + count, 0);
  return {
    ...{ proof: "fleet", pending, secondRound, killed, ...findings },
    requests: { keyed: sum(target, "keyed", "requests"), once: sum(target, "once", "requests") },
    effects: { keyed: sum(target, "keyed", "effects"), once: sum(target, "once", "effects") },
    pendingPerSecond: Math.round(pendingPerSecond * 10) / 10,
    approvedPerSecond: Math.round(approvedPerSecond * 10) / 10,
    holds: holds(findings),
  };
}

function holds({ lost, doubled, uncertainKeyed, unexplained, auditIntact }: Findings): boolean {
  return lost + doubled + uncertainKeyed + unexplained === 0 && auditIntact;
}

/** Calls until every call is acknowledged and waits for people. */
async function open(agent: Person, round: string, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  const numbers = Array.from({ length: count }, (_, n) => n);
  await inParallel(numbers, WIDTH, async (n) => {
    const action = n % ONCE_EVERY === 0 ? "proof.once" : "proof.keyed";
    const { id } = await agent.ask((client) =>
      client.invoke(action, { n }, { idempotencyKey: `${round}-${n}`, waitMs: 0 }),
    );
    ids.push(id);
  });
  for (const id of ids) await waitUntilPending(agent, id);
  return ids;
}

async function waitUntilPending(agent: Person, id: string): Promise<void> {
  const endAtMs = performance.now() + SETTLE_MS;
  while (performance.now() < endAtMs) {
    const { status } = await agent.ask((client) => client.invocations.get(id));
    if (status !== "accepted") return;
    await sleep(100);
  }
  throw new Error(`${id} stays accepted`);
}

/** One key for each call's vote, so that it may be sent again. */
async function approve(approver: Person, id: string): Promise<void> {
  await approver.ask((client) => client.approvals.approve(id, { idempotencyKey: `approve-${id}` }));
}

/** What was killed at once. */
interface Kill {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Processes that the signal has ended. */
  readonly count: number;
}

/** `kill -9` of all of them at once, and another life for each. */
async function killAndRestart(fleet: Fleet, processes: readonly FleetProcess[]): Promise<Kill> {
  const atMs = Date.now();
  const ends = await Promise.all(processes.map((process) => process.end("SIGKILL")));
  for (const process of processes) process.start();
  await fleet.ready();
  return { atMs, count: ends.filter((end) => end === "SIGKILL").length };
}

/** Waits until nothing is open. */
async function settle(fleet: Fleet): Promise<void> {
  const endAtMs = performance.now() + SETTLE_MS;
  while (performance.now() < endAtMs && (await countOpen(fleet.ownerUrl)) > 0) await sleep(250);
}

function sum({ received }: Target, mode: "keyed" | "once", what: "requests" | "effects"): number {
  return [...received.values()].reduce((total, item) => total + (item.mode === mode ? item[what] : 0), 0);
}
