import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, defineAction } from "countersign";
import { type Embedded, startEmbedded } from "countersign/embedded";
import { z } from "zod";
import { startFloor } from "./floor/start-floor.ts";
import { measure, type Measured, median, percentile } from "./load.ts";

/** Calls per measured series, and series of each kind; the kinds take turns, since machines drift. */
const CALLS_ONE = 60;
const CALLS_SIXTEEN = 240;
const ROUNDS = 5;
const VOTES = 100;

const input = z.object({ n: z.number() });
const startedAtMs = new Map<string, number>();
const idempotent = defineAction({
  name: "bench.idempotent",
  description: "Answers",
  input,
  run: async ({ n }) => ({ n }),
});
const inline = defineAction({ ...idempotent, name: "bench.inline", execution: { mode: "inline" } });
const asked = defineAction({
  ...idempotent,
  name: "bench.asked",
  run: async ({ n }, ctx) => {
    startedAtMs.set(ctx.invocationId, performance.now());
    return { n };
  },
});

const policy = `
version: 1
rules:
  - name: asked
    match: { action: bench.asked }
    effect: require_approval
    approval: { approvers: ["group:finance"], decide_by: 1h }
  - name: allowed
    match: { action: "bench.*" }
    effect: allow
    priority: 200
`;

type Call = () => Promise<unknown>;

interface Series {
  readonly one: Measured;
  readonly sixteen: Measured;
}

/**
 * Measures a guarded call, through HTTP until its answer, against a bare workflow with one trivial activity on the same server,
 * both with client and worker in this process. Ratios are ours ÷ the floor, the median of rounds in which all took turns.
 */
export async function benchInvoke(): Promise<object> {
  const dataDir = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  const embedded = await startEmbedded({ actions: [idempotent, inline, asked], policy, dataDir, port: 0, demo: true });
  const floor = await startFloor(embedded.temporalAddress);
  try {
    const client = createClient({ baseUrl: embedded.url, apiKey: embedded.demoKeys?.agent ?? "" });
    const calls: Readonly<Record<"floor" | "idempotent" | "inline", Call>> = {
      floor: floor.call,
      idempotent: () => client.run(idempotent, { n: 1 }),
      inline: () => client.run(inline, { n: 1 }),
    };
    for (const call of Object.values(calls)) await measure(call, { count: 30, callers: 4 });
    const rounds: Record<keyof typeof calls, Series>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({
        floor: await series(calls.floor),
        idempotent: await series(calls.idempotent),
        inline: await series(calls.inline),
      });
    }
    const votes = await measureVotes(embedded);
    return { ...summarize(rounds), ...votes };
  } finally {
    await floor.close();
    await embedded.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function series(call: Call): Promise<Series> {
  const one = await measure(call, { count: CALLS_ONE, callers: 1 });
  return { one, sixteen: await measure(call, { count: CALLS_SIXTEEN, callers: 16 }) };
}

function summarize(rounds: readonly Record<"floor" | "idempotent" | "inline", Series>[]) {
  const over = (pick: (round: (typeof rounds)[number]) => number): number => round2(median(rounds.map(pick)));
  return {
    bench: "invoke",
    floorP50Ms: over(({ floor }) => floor.one.p50Ms),
    floorP99Ms: over(({ floor }) => floor.one.p99Ms),
    floorPerSecond16: over(({ floor }) => floor.sixteen.perSecond),
    idempotentP50Ratio: over(({ floor, idempotent: ours }) => ours.one.p50Ms / floor.one.p50Ms),
    idempotentP99Ratio: over(({ floor, idempotent: ours }) => ours.one.p99Ms / floor.one.p99Ms),
    idempotentPerSecond16Ratio: over(({ floor, idempotent: ours }) => ours.sixteen.perSecond / floor.sixteen.perSecond),
    inlineP50Ratio: over(({ floor, inline: ours }) => ours.one.p50Ms / floor.one.p50Ms),
    inlineP99Ratio: over(({ floor, inline: ours }) => ours.one.p99Ms / floor.one.p99Ms),
    inlinePerSecond16Ratio: over(({ floor, inline: ours }) => ours.sixteen.perSecond / floor.sixteen.perSecond),
  };
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

/** From the moment a vote is sent to the first line of the action. */
async function measureVotes(embedded: Embedded) {
  const agent = createClient({ baseUrl: embedded.url, apiKey: embedded.demoKeys?.agent ?? "" });
  const approver = createClient({ baseUrl: embedded.url, apiKey: embedded.demoKeys?.approver ?? "" });
  const tookMs: number[] = [];
  for (let vote = 0; vote < VOTES; vote += 1) {
    const { id } = await agent.invoke(asked, { n: vote });
    const sentAtMs = performance.now();
    await approver.approvals.approve(id);
    await agent.invocations.wait(id);
    tookMs.push((startedAtMs.get(id) ?? Number.NaN) - sentAtMs);
  }
  return { voteToStartP50Ms: round2(percentile(tookMs, 0.5)), voteToStartP99Ms: round2(percentile(tookMs, 0.99)) };
}
