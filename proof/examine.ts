import { Client, Connection } from "@temporalio/client";
import { Client as Database } from "pg";
import { workflowIdOf } from "../src/adapters/temporal-runs.ts";
import { parseInvocationId } from "../src/core/ids.ts";
import { openPostgres } from "../src/store/postgres.ts";
import { createStore } from "../src/store/store.ts";
import type { Fleet } from "../fleet/start-fleet.ts";
import type { Received } from "./target.ts";

/** What came of the calls, by the database, by Temporal and by the target that they changed. */
export interface Findings {
  /** Acknowledged calls that are not there, or were approved and have had no effect although nobody doubts it. */
  readonly lost: number;
  /** Calls that had more than one effect. */
  readonly doubled: number;
  /** Calls of which nobody knows whether they took effect, and says so. */
  readonly uncertain: number;
  /** Of those, calls of the action that may be tried again: there must be none. */
  readonly uncertainKeyed: number;
  /**
   * Calls that are neither final nor open with a live run, effects without a row in the ledger or an event in the record, and calls that
   * ended uncertain although no attempt of theirs was under way when something was killed.
   */
  readonly unexplained: number;
  /** Requests at the target that its key made harmless. */
  readonly repeated: number;
  /** Whether the record's chain of hashes is whole. */
  readonly auditIntact: boolean;
}

interface Call {
  readonly id: string;
  readonly action: string;
  readonly status: string;
}

const FINAL = ["executed", "failed", "uncertain", "denied", "rejected", "expired", "canceled"];

/** What callers, the target and whoever killed know. */
export interface Told {
  /** Ids of calls that a door has answered for. */
  readonly acknowledged: ReadonlySet<string>;
  readonly received: ReadonlyMap<string, Received>;
  /** When processes were killed, epoch milliseconds. */
  readonly killedAtMs: readonly number[];
}

/** Holds what was acknowledged against what is there. */
export async function examine(
  fleet: Pick<Fleet, "ownerUrl" | "temporal">,
  { acknowledged, received, killedAtMs }: Told,
): Promise<Findings> {
  const { calls, begun, recorded, doubtful } = await readDatabase(fleet.ownerUrl);
  const byId = new Map(calls.map((call) => [call.id, call]));
  const lost = [...acknowledged].filter((id) => isLost(byId.get(id), received.get(id)));
  const uncertain = calls.filter(({ status }) => status === "uncertain");
  const open = calls.filter(({ status }) => !FINAL.includes(status));
  const unknown = [...received.keys()].filter((id) => !begun.has(id) || !recorded.has(id));
  return {
    lost: lost.length,
    doubled: [...received.values()].filter(({ effects }) => effects > 1).length,
    uncertain: uncertain.length,
    uncertainKeyed: uncertain.filter(({ action }) => action !== "proof.once").length,
    unexplained: (await countDead(fleet, open)) + unknown.length + countGroundless(uncertain, doubtful, killedAtMs),
    repeated: [...received.values()].reduce((sum, { requests, effects }) => sum + requests - effects, 0),
    auditIntact: await isChainWhole(fleet.ownerUrl),
  };
}

function isLost(call: Call | undefined, received: Received | undefined): boolean {
  if (call === undefined) return true;
  if (call.status === "uncertain") return false;
  return call.status !== "executed" || received === undefined || received.effects === 0;
}

/** The life of an attempt of which nobody knows how it ended, epoch milliseconds. */
interface DoubtfulAttempt {
  readonly invocation: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** Between a kill and the moment that was noted for it. */
const NOTED_WITHIN_MS = 500;

/** Calls that claim not to be known although they were not under way at any kill. */
export function countGroundless(
  uncertain: readonly Pick<Call, "id">[],
  doubtful: readonly DoubtfulAttempt[],
  killedAtMs: readonly number[],
): number {
  const attempts = new Map(doubtful.map((attempt) => [attempt.invocation, attempt]));
  return uncertain.filter(({ id }) => {
    const { startedAtMs, finishedAtMs } = attempts.get(id) ?? { startedAtMs: Infinity, finishedAtMs: -Infinity };
    return !killedAtMs.some((atMs) => startedAtMs <= atMs + NOTED_WITHIN_MS && finishedAtMs >= atMs - NOTED_WITHIN_MS);
  }).length;
}

/** How many calls are open. */
export async function countOpen(ownerUrl: string): Promise<number> {
  return withDatabase(ownerUrl, async (database) => {
    const text = "select count(*)::int as n from invocation where status in ('accepted', 'pending', 'executing')";
    return (await database.query<{ n: number }>(text)).rows[0]?.n ?? 0;
  });
}

const DOUBTFUL = `
  select invocation, extract(epoch from started_at)::float8 * 1000 as "startedAtMs",
    extract(epoch from finished_at)::float8 * 1000 as "finishedAtMs"
  from execution where state = 'uncertain'`;

async function readDatabase(ownerUrl: string) {
  return withDatabase(ownerUrl, async (database) => {
    const idsOf = async (text: string): Promise<ReadonlySet<string>> =>
      new Set((await database.query<{ invocation: string }>(text)).rows.map(({ invocation }) => invocation));
    return {
      calls: (await database.query<Call>("select id, action, status from invocation")).rows,
      begun: await idsOf("select distinct invocation from execution"),
      doubtful: (await database.query<DoubtfulAttempt>(DOUBTFUL)).rows,
      recorded: await idsOf("select distinct invocation from audit_event where type = 'execution.started'"),
    };
  });
}

async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = new Database({ connectionString: url });
  await database.connect();
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

/** Open calls whose run does not live. */
async function countDead({ temporal }: Pick<Fleet, "temporal">, open: readonly Call[]): Promise<number> {
  if (open.length === 0) return 0;
  const connection = await Connection.connect({ address: temporal().address });
  const client = new Client({ connection });
  let dead = 0;
  for (const { id } of open) {
    const parsed = parseInvocationId(id);
    const workflowId = parsed === undefined ? "" : workflowIdOf({ tenant: "default", id: parsed });
    const run = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    if (run?.status.name !== "RUNNING") dead += 1;
  }
  await connection.close();
  return dead;
}

async function isChainWhole(url: string): Promise<boolean> {
  const db = await openPostgres({ url });
  try {
    return (await createStore(db).audit.verify("default")).ok;
  } finally {
    await db.close();
  }
}
