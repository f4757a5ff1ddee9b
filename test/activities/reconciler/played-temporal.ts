import type { ReconcilerPorts } from "../../../activities/reconciler/ports.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import type { RunEnd } from "../../../src/core/run-end.ts";
import type { RunState } from "../../../src/gateway/ports.ts";
import { createStore } from "../../../src/store/store.ts";
import type { Db } from "../../../src/store/db.ts";
import type { Desk } from "../desk.ts";

/** A termination without a reason. */
export const TERMINATED: RunEnd = { how: "terminated", runId: "run-1" };

/** Temporal as a test plays it: every run runs unless it says otherwise. */
export interface PlayedTemporal {
  readonly states: Map<string, RunState>;
  readonly restarted: string[];
  readonly woken: string[];
  /** What the search finds. */
  ended: readonly InvocationRef[];
  running: readonly InvocationRef[];
  /** What fails: every question, the search alone, or those about one invocation. */
  away: "all" | "search" | InvocationRef["id"] | undefined;
}

/** A Temporal in which all is well. */
export function playTemporal(): PlayedTemporal {
  return { states: new Map(), restarted: [], woken: [], ended: [], running: [], away: undefined };
}

/** A call, accepted an hour ago, whose action was begun so long ago and has not been heard of since. */
export async function begin({ accept, store }: Desk, action: string, agoMs: number): Promise<InvocationRef> {
  const ref = await accept(action);
  await store.db.query(
    "update invocation set status = 'executing', attempts = 1, created_at = created_at - interval '1 hour' where id = $1",
    [ref.id],
  );
  await store.db.query(
    `insert into execution (tenant, invocation, attempt, round, token, mode, digest, worker, state, started_at)
     values ($1, $2, 1, 1, 'token', 'at_most_once', repeat('a', 64), 'w', 'started', ms_now() - $3 * interval '1 millisecond')`,
    [ref.tenant, ref.id, agoMs],
  );
  return ref;
}

/** What the reconciler works with at a desk, over its database or over one that breaks off. */
export function portsOf(desk: Desk, played: PlayedTemporal, db?: Db): ReconcilerPorts {
  const { store, redact, signingKey, log } = desk.ports;
  const reach = async <Answer>(answer: () => Answer, what?: string): Promise<Answer> => {
    if (played.away === "all" || (what !== undefined && played.away === what)) throw new Error("Temporal is away");
    return answer();
  };
  return {
    ...{ redact, signingKey, log, store: db === undefined ? store : createStore(db) },
    states: {
      ping: () => reach(() => undefined),
      describe: ({ id }) => reach(() => played.states.get(id) ?? { kind: "running" }, id),
      listEnded: () => reach(() => ({ refs: played.ended }), "search"),
      listRunning: () => reach(() => ({ refs: played.running }), "search"),
      wake: ({ id }) => reach(() => void played.woken.push(id)),
    },
    restart: ({ id }) => reach(() => void played.restarted.push(id)),
  };
}
