import type { InvocationRef, VoteId } from "../contract/ids.ts";
import { isClosed } from "../core/invocation.ts";
import { votesTopic } from "../core/topics.ts";
import type { GatewayPorts } from "./ports.ts";
import { runStartOf } from "./run-start.ts";
import { startGuardSweep } from "./sweep-guards.ts";

/** How often the relay looks. */
const RELAY_INTERVAL_MS = 1_000;
/** Younger rows are left to the door that wrote them. */
const RELAY_AGE_MS = 5_000;
/** How long a row is left to whoever leased it; then another may try. */
const RELAY_LEASE_MS = 10_000;
/** Rows a look takes, so that one look stays short. */
const RELAY_BATCH = 50;

/** A running relay. */
export interface Relay {
  /** Looks once, now. */
  look(): Promise<void>;
  /** Stops looking and sweeping, and waits for what is under way. */
  stop(): Promise<void>;
}

/** What the relay needs of the ports. */
type RelayPorts = Pick<GatewayPorts, "store" | "runs" | "log">;

/** A vote that waits for its judgement, as a lease gives it. */
type LeasedVote = Awaited<ReturnType<RelayPorts["store"]["votes"]["leaseReceived"]>>[number];

/**
 * Starts what was accepted and has no run, wakes runs whose votes were not judged, and asks again those to stop that were canceled:
 * whatever a door could not hand to Temporal. Rows are leased, so any number of processes may relay. Beside it, what guards count no
 * more is swept.
 */
export function startRelay(ports: RelayPorts): Relay {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const sweep = startGuardSweep(ports.store, ports.log);

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      current = relayOnce(ports)
        .catch((error: unknown) => ports.log("warn", "The relay's look failed and is tried again", { error }))
        .finally(schedule);
    }, RELAY_INTERVAL_MS);
  }

  schedule();
  return {
    look: () => relayOnce(ports),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([current, sweep.stop()]);
    },
  };
}

async function relayOnce(ports: RelayPorts): Promise<void> {
  const { store, runs, log } = ports;
  const lease = { olderThanMs: RELAY_AGE_MS, leaseMs: RELAY_LEASE_MS, limit: RELAY_BATCH };
  const tell = ({ tenant, id }: InvocationRef, work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      log("warn", "The relay could not reach a run", { invocation: id, tenant, error });
    });
  await Promise.all([
    ...(await store.invocations.leaseUnstarted(lease)).map((row) => tell(row, runs.start(runStartOf(row)))),
    ...groupByRun(await store.votes.leaseReceived(lease)).map(([ref, ids]) => tell(ref, relayVotes(ports, ref, ids))),
    ...(await store.invocations.leaseCanceled(lease)).map((ref) => tell(ref, runs.cancel(ref))),
  ]);
}

/** Votes by the run that is to judge them. */
function groupByRun(votes: readonly LeasedVote[]): [InvocationRef, VoteId[]][] {
  const groups = new Map<string, [InvocationRef, VoteId[]]>();
  for (const { tenant, invocation, id } of votes) {
    const key = `${tenant} ${invocation}`;
    const group = groups.get(key) ?? [{ tenant, id: invocation }, []];
    group[1].push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** One signal is enough for all votes on an approval. */
async function relayVotes({ store, runs }: RelayPorts, ref: InvocationRef, votes: readonly VoteId[]): Promise<void> {
  let judgeable: VoteId | undefined;
  for (const vote of votes) if (!(await refuseUnjudgeable(store, ref, vote))) judgeable ??= vote;
  if (judgeable !== undefined) await runs.wake(ref, judgeable);
}

/**
 * Refuses a vote that no run will judge any more, or it would be relayed for ever: the approval is resolved or was never opened, or the
 * vote is about another round than the open one. A door writes no such vote, so a row like this was written by hand.
 * @returns true when the vote needs no run
 */
function refuseUnjudgeable(store: RelayPorts["store"], ref: InvocationRef, id: VoteId): Promise<boolean> {
  return store.transaction(async (tx) => {
    const row = await tx.invocations.lock(ref);
    const approval = (await tx.approvals.lock(ref))?.approval;
    const vote = await tx.votes.get(ref.tenant, id);
    if (vote?.state !== "received") return true;
    const isOpen = row !== undefined && !isClosed(row.status) && approval?.status === "pending";
    if (isOpen && approval.round === vote.round) return false;
    const code = isOpen ? "digest_mismatch" : "already_resolved";
    await tx.votes.judge(ref.tenant, [{ id, state: "refused", code }]);
    await tx.audit.append(ref.tenant, [
      {
        type: "approval.vote_refused",
        principal: vote.voter,
        ...(row === undefined ? {} : { actor: row.actor, invocation: ref.id, action: row.action }),
        data: { vote: id, decision: vote.decision, code, at: "relay" },
      },
    ]);
    tx.notify(votesTopic(ref));
    return true;
  });
}
