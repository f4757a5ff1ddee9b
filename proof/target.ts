import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

/** What the target got for one invocation. */
export interface Received {
  readonly mode: "keyed" | "once";
  /** Requests that carried its key. */
  requests: number;
  /** Effects that they had: a keyed request has one only the first time, as at any system that honours idempotency keys. */
  effects: number;
  /** When the first of them came, by this process' clock. */
  readonly firstAtMs: number;
}

/** The system that actions change: it stays up while everything else is killed, and knows what was really done. */
export interface Target {
  readonly url: string;
  /** By idempotency key, which is the invocation's id. */
  readonly received: ReadonlyMap<string, Received>;
  close(): Promise<void>;
}

/** Milliseconds that an effect takes, so that a kill finds some under way. */
const EFFECT_MS = 20;

/** Starts it on a free port of 127.0.0.1. */
export async function startTarget(): Promise<Target> {
  const received = new Map<string, Received>();
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { mode, key } = body as { readonly mode: Received["mode"]; readonly key: string };
      const known = received.get(key) ?? { mode, requests: 0, effects: 0, firstAtMs: performance.now() };
      known.requests += 1;
      if (mode === "once" || known.effects === 0) known.effects += 1;
      received.set(key, known);
      setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end("{}"), EFFECT_MS);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
