import type { Log } from "../src/gateway/ports.ts";
import type { Store } from "../src/store/store.ts";
import type { WorkerSign } from "../src/store/workers.ts";

/** How often a worker signs. A third of the time after which it counts as away. */
const SIGN_EVERY_MS = 10_000;

/** What a worker's presence is written with. */
export interface PresenceOptions {
  readonly store: Pick<Store, "workers">;
  readonly log: Log;
  readonly sign: WorkerSign;
  /** Is done with each sign; without it nothing is. */
  readonly onSign?: () => Promise<void>;
}

/** The signs of a running worker. */
export interface Presence {
  /** Signs no more and writes that the worker has stopped; a store that is away then hears nothing, and the worker counts as away 30 s later. */
  stop(): Promise<void>;
}

/** Writes at once and every 10 s that a worker is there, so that doors can say since when none is. A sign that fails harms nobody. */
export function signPresence({ store, log, sign, onSign }: PresenceOptions): Presence {
  const write = async (): Promise<void> => {
    try {
      await store.workers.sign(sign);
      await onSign?.();
    } catch (error) {
      log("debug", "The worker's sign could not be written", { error });
    }
  };
  let last = write();
  const timer = setInterval(() => {
    last = last.then(write);
  }, SIGN_EVERY_MS);
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    // A sign that is under way would undo the stop.
    await last;
    await store.workers.stop(sign.identity).catch((error: unknown) => {
      log("debug", "The worker's end could not be written", { error });
    });
  };
  return { stop: () => (stopping ??= stop()) };
}
