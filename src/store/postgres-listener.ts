import pg from "pg";
import type { Topics } from "./topics.ts";

/** The channel that every process of an installation notifies and listens on. */
export const CHANNEL = "countersign";

const FIRST_RETRY_MS = 100;
/** A lost connection is tried again at least this often. Our choice: whoever waits polls meanwhile. */
const MAX_RETRY_MS = 5_000;

/** A connection of its own that hears what other processes notify. */
export interface PostgresListener {
  /** Connects, unless it has already, and stays connected. */
  start(): void;
  /** Ends the connection for good. */
  stop(): Promise<void>;
}

/**
 * Emits every topic notified on the channel. Each time it has connected, the first included, it emits `"*"`, since topics may have
 * been missed before.
 */
export function createPostgresListener(config: pg.ClientConfig, topics: Topics): PostgresListener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let state: "new" | "running" | "stopped" = "new";
  let retryMs = FIRST_RETRY_MS;

  async function connect(): Promise<void> {
    const current = new pg.Client(config);
    client = current;
    current.on("notification", ({ payload }) => payload !== undefined && topics.emit(payload));
    current.on("error", () => reconnect(current));
    current.on("end", () => reconnect(current));
    try {
      await current.connect();
      await current.query(`listen ${CHANNEL}`);
    } catch {
      reconnect(current);
      return;
    }
    retryMs = FIRST_RETRY_MS;
    topics.emit("*");
  }

  /** One connection's end can be told more than once; only the first time counts. */
  function reconnect(ended: pg.Client): void {
    if (client !== ended || state === "stopped") return;
    client = undefined;
    ended.end().catch(() => {});
    timer = setTimeout(() => void connect(), retryMs);
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
  }

  return {
    start: () => {
      if (state !== "new") return;
      state = "running";
      void connect();
    },
    stop: async () => {
      state = "stopped";
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
