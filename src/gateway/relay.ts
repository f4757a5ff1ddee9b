import type { GatewayPorts } from "./ports.ts";
import { runStartOf } from "./run-start.ts";

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
  /** Stops looking and waits for the look that is under way. */
  stop(): Promise<void>;
}

/** What the relay needs of the ports. */
type RelayPorts = Pick<GatewayPorts, "store" | "runs" | "log">;

/**
 * Starts what was accepted and has no run, wakes runs whose votes were not judged, and asks again those to stop that were canceled:
 * whatever a door could not hand to Temporal. Rows are leased, so any number of processes may relay.
 */
export function startRelay(ports: RelayPorts): Relay {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();

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
      await current;
    },
  };
}

async function relayOnce({ store, runs, log }: RelayPorts): Promise<void> {
  const lease = { olderThanMs: RELAY_AGE_MS, leaseMs: RELAY_LEASE_MS, limit: RELAY_BATCH };
  const attempts = [
    ...(await store.invocations.leaseUnstarted(lease)).map((accepted) => runs.start(runStartOf(accepted))),
    ...(await store.votes.leaseReceived(lease)).map((vote) =>
      runs.wake({ tenant: vote.tenant, id: vote.invocation }, vote.id),
    ),
    ...(await store.invocations.leaseCanceled(lease)).map((ref) => runs.cancel(ref)),
  ];
  for (const attempt of await Promise.allSettled(attempts)) {
    if (attempt.status === "rejected")
      log("warn", "The relay could not reach a run", { error: attempt.reason as unknown });
  }
}
