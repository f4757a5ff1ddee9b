import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../gateway/ports.ts";
import { startTemporalServer, type TemporalServer, type TemporalServerOptions } from "./temporal-server.ts";

/** Wait before each new start of a server that died. Our choice: long enough that one that dies at once doesn't take the machine. */
const RESTART_WAIT_MS = 1_000;

/** A Temporal dev server that is started again when it dies. */
export interface SupervisedTemporal {
  /** `127.0.0.1:port` of its gRPC service, the same for every start. */
  readonly address: string;
  /** Base URL of its UI. */
  readonly uiUrl: string | undefined;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/**
 * Starts a Temporal dev server and starts it again, on the same ports, whenever it ends by itself: client and worker reconnect, and its file has everything.
 * @throws unavailable when the first start fails
 */
export async function superviseTemporal(options: TemporalServerOptions, log: Log): Promise<SupervisedTemporal> {
  let current = await startTemporalServer(options);
  const port = Number(current.address.split(":").at(-1));
  const stopping = new AbortController();
  const supervising = (async () => {
    for (;;) {
      const { code, signal } = await current.exited;
      if (stopping.signal.aborted) return;
      log("error", "The Temporal server died and is started again", { code, signal });
      const restarted = await restart({ ...options, port }, log, stopping.signal);
      if (restarted === undefined) return;
      current = restarted;
      // Stopped while that one was starting: whoever stops waits for this loop and then ends it.
      if (stopping.signal.aborted) return;
    }
  })();
  return {
    address: current.address,
    uiUrl: current.uiUrl,
    stop: async () => {
      stopping.abort();
      await current.stop();
      await supervising;
      await current.stop();
    },
  };
}

/** Tries until it serves; nothing once it is to stop. */
async function restart(
  options: TemporalServerOptions,
  log: Log,
  stopping: AbortSignal,
): Promise<TemporalServer | undefined> {
  for (;;) {
    await sleep(RESTART_WAIT_MS, undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted) return undefined;
    try {
      return await startTemporalServer(options);
    } catch (error) {
      log("error", "The Temporal server can't be started again yet", { error });
    }
  }
}
