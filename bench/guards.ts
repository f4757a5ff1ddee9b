import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { z } from "zod";
import { createActivities } from "../activities/index.ts";
import { defineAction } from "../src/action/define-action.ts";
import { describeAction } from "../src/action/describe-action.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { Step } from "../src/contract/run.ts";
import type { RateCounter } from "../src/core/guards/rate-counters.ts";
import { createGateway } from "../src/gateway/create-gateway.ts";
import { createDirectory } from "../src/gateway/directory.ts";
import { publishFileDocument } from "../src/gateway/policy-documents.ts";
import { createPolicySource } from "../src/gateway/policy-source.ts";
import type { Caller } from "../src/gateway/gateway.ts";
import type { Db } from "../src/store/db.ts";
import { migrate } from "../src/store/migrate.ts";
import { openPglite } from "../src/store/pglite.ts";
import { openPostgres } from "../src/store/postgres.ts";
import { createStore, type Store } from "../src/store/store.ts";
import { startPostgres } from "../fleet/postgres-server.ts";
import { median, percentile } from "./load.ts";

/** Decisions of each kind; the kinds take turns, since machines drift. */
const DECISIONS = 300;
/** Decisions before any is measured: a worker decides for days, so what counts is code that has been compiled. */
const WARM_UP = 700;
/** Hits that stand in a window, and how often each is looked at and added to. */
const WINDOWS = [10, 1_000, 100_000];
const LOOKS = 300;

const ADMIN_KEY = "an-admin-key-of-more-than-32-visible-characters";
const input = z.object({ id: z.string() });
const common = { description: "Answers", input, run: () => ({}) };
const plain = defineAction({ ...common, name: "bench.plain" });
const guarded = defineAction({
  ...common,
  name: "bench.guarded",
  limits: {
    attempts: { perRun: 1_000_000 },
    breaker: { dependency: "bench" },
    rate: { limit: 1_000_000, per: "1h", scope: "actor" },
    requires: { kind: "seen", from: "/id" },
    budget: { name: "bench", limit: 1_000_000, unit: "usd", scope: "run", per: "day", estimate: 0.01 },
  },
});

/**
 * Measures what all guards together add to the transaction that decides a call, and what a rate costs by how full its window is,
 * on the embedded database on disk and on a PostgreSQL of its own.
 */
export async function benchGuards(): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  const server = await startPostgres();
  try {
    const pglite = await measureDatabase(await openPglite({ dataDir: join(folder, "store") }));
    const postgres = await measureDatabase(await openPostgres({ url: server.url }));
    return { bench: "guards", pglite, postgres };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureDatabase(db: Db): Promise<object> {
  try {
    await migrate(db);
    const store = createStore(db);
    return { ...(await measureDecisions(store)), windows: await measureWindows(db, store) };
  } finally {
    await db.close();
  }
}

async function measureDecisions(store: Store): Promise<object> {
  const sources = { policies: createPolicySource(store), directory: createDirectory(store) };
  const shared = { store, ...sources, redact: (value: unknown) => value, signingKey: "k" };
  const log = (): void => undefined;
  const nothing = (): Promise<void> => Promise.resolve();
  const runs = {
    start: nothing,
    wake: nothing,
    cancel: nothing,
    countWorkers: async () => 1,
    compensate: nothing,
    probe: nothing,
    missingSearchAttributes: async () => [],
    uiUrl: () => undefined,
  };
  const { gateway, close } = createGateway({ ...shared, log, runs, adminKey: ADMIN_KEY });
  const actions = new Map([plain, guarded].map((action) => [action.name, action]));
  await store.manifests.publish([plain, guarded].map((action) => describeAction(action, "bench")));
  await publishFileDocument(store, "version: 1\ndefault: allow\n");
  const activities = createActivities({ ...shared, log, actions, identity: "bench" });
  const admin = await gateway.authenticate(ADMIN_KEY);
  await proveFact(store, admin);

  const decide = async (action: string): Promise<number> => {
    const view = await gateway.invoke(admin, { action, input: { id: "1" }, run: "r1", session: "s1", waitMs: 0 });
    const ref = { tenant: view.tenant, id: view.id as InvocationRef["id"] };
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR", () => undefined) });
    const startMs = performance.now();
    const step = (await environment.run(() => activities.decideInvocation(ref))) as Step;
    const elapsedMs = performance.now() - startMs;
    if (step.kind !== "execute") throw new Error(`The call was not let in: ${JSON.stringify(step)}`);
    return elapsedMs;
  };

  const plainMs: number[] = [];
  const guardedMs: number[] = [];
  for (let turn = -WARM_UP; turn < DECISIONS; turn += 1) {
    const [plainTookMs, guardedTookMs] = [await decide("bench.plain"), await decide("bench.guarded")];
    if (turn < 0) continue;
    plainMs.push(plainTookMs);
    guardedMs.push(guardedTookMs);
  }
  close();
  const [plainP50Ms, guardedP50Ms] = [median(plainMs), median(guardedMs)];
  return {
    plainP50Ms: round(plainP50Ms),
    guardedP50Ms: round(guardedP50Ms),
    addedP50Ms: round(guardedP50Ms - plainP50Ms),
    addedP99Ms: round(percentile(guardedMs, 0.99) - percentile(plainMs, 0.99)),
  };
}

/** What the guarded calls require. */
async function proveFact(store: Store, { principal }: Caller): Promise<void> {
  const { factKeyOf } = await import("../src/core/guards/facts.ts");
  const place = { tenant: principal.tenant, actor: principal.subject, id: "s1", scope: "default" };
  const facts = [{ kind: "seen", key: factKeyOf("seen", "1"), ttlMs: 86_400_000 }];
  await store.transaction((tx) => tx.facts.prove(place, facts, { invocation: "bench", max: 200 }));
}

/** Milliseconds, p50, to look at a window of so many hits and to add one, and what the fullest takes of the emptiest. */
async function measureWindows(db: Db, store: Store): Promise<object> {
  const counters = WINDOWS.map((hits): RateCounter => {
    const limits = [{ limit: 1_000_000_000, perMs: 3_600_000, scope: ["tenant"] }];
    return { key: `bench-${hits}`, action: "bench", label: "{}", cost: 1, limits };
  });
  for (const [index, hits] of WINDOWS.entries()) await fill(db, counters[index]?.key ?? "", hits);
  const elapsed = counters.map((): number[] => []);
  for (let look = 0; look < LOOKS; look += 1) {
    for (const [index, counter] of counters.entries()) {
      const startMs = performance.now();
      await store.transaction(async (tx) => {
        const { nowMs } = await tx.rates.lock("default", [counter]);
        await tx.rates.charge("default", [counter], nowMs);
      });
      elapsed[index]?.push(performance.now() - startMs);
    }
  }
  const p50Ms = elapsed.map((series) => median(series));
  const byHits = Object.fromEntries(WINDOWS.map((hits, index) => [hits, round(p50Ms[index] ?? Number.NaN)]));
  return { p50MsByHits: byHits, fullestToEmptiest: round((p50Ms.at(-1) ?? 0) / (p50Ms[0] ?? 1)) };
}

/** Hits that lie in the window, as charges leave them. */
async function fill(db: Db, key: string, hits: number): Promise<void> {
  await db.query(
    `insert into rate_counter (tenant, key, action, label, kept_ms, total, last_at)
     values ('default', $1, 'bench', '{}', 3600000, $2, ms_now())`,
    [key, hits],
  );
  await db.query(
    `insert into rate_hit (tenant, key, total, cost, at)
     select 'default', $1, n, 1, clock_timestamp() - interval '1 minute' + n * interval '100 microseconds'
     from generate_series(1, $2::int) as n`,
    [key, hits],
  );
  await db.query("analyze rate_hit");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
