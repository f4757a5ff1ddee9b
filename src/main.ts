import type { Config } from "./config/config.ts";
import { requireShared } from "./config/require-shared.ts";
import { createApp } from "./http/index.ts";
import { type Listener, listen } from "./http/listen.ts";
import { createStartingApp } from "./http/starting-app.ts";
import { type Closers, createClosers } from "./process/closers.ts";
import { openGateway } from "./process/open-gateway.ts";
import { startTracing } from "./process/start-tracing.ts";

/** Of the time to end in, HTTP may take this part; the relay and the connections have the rest. */
const DRAIN_PART = 1 / 3;

/** An HTTP process that listens. */
export interface RunningApi {
  /** Base URL of HTTP. */
  readonly url: string;
  /**
   * Resolves once it serves; until then it waits for its parts, lives, and asks callers to come again.
   * Rejects when no waiting helps: the store refuses it, or its policy can't be used.
   */
  readonly opened: Promise<void>;
  /** Gives up waiting, or drains, and ends it. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP process over an application service without action code. It listens at once.
 * @throws invalid_request without database, Temporal address and signing key; unavailable when the port is taken
 */
export async function runApi(config: Config): Promise<RunningApi> {
  requireShared(config);
  const { host, port } = config;
  const listener = await listen({ host, port, drainMs: drainMsOf(config) });
  const closers = createClosers();
  closers.add(() => listener.close());
  const stop = new AbortController();
  const opened = open(config, { listener, closers, signal: stop.signal });
  // Whoever waits for it hears of it; nobody has to.
  opened.catch(() => undefined);
  return {
    url: listener.url,
    opened,
    close: async () => {
      stop.abort(new Error("Stopped"));
      await opened.catch(() => undefined);
      await closers.closeAll();
    },
  };
}

function drainMsOf({ shutdownGraceMs }: Config): number {
  return shutdownGraceMs * DRAIN_PART;
}

interface Opening {
  readonly listener: Listener;
  readonly closers: Closers;
  readonly signal: AbortSignal;
}

async function open(config: Config, { listener, closers, signal }: Opening): Promise<void> {
  const { adminKey, policyFile, tariffFile, redactPatterns, logLevel, publicUrl, temporal } = config;
  const { databaseUrl, signingKey } = requireShared(config);
  let missing = ["Starting"];
  listener.serve(createStartingApp(() => missing));
  closers.add(await startTracing(config));
  const { gateway, drain, close, ...observers } = await openGateway({
    store: { databaseUrl, maxConnections: config.databaseConnections, encryptionKeys: config.encryptionKeys },
    temporal: temporal.environment,
    temporalUiUrl: temporal.uiUrl,
    retentionMs: config.retentionMs,
    webhookAllow: config.webhookAllow,
    ...{ publicUrl, signingKey, adminKey, policyFile, tariffFile, redactPatterns, logLevel, signal },
    show: (sentence) => (missing = [sentence]),
  });
  closers.add(close);
  listener.serve(createApp(gateway, { ...observers, ...(publicUrl === undefined ? {} : { publicUrl }) }));
  // HTTP ends first, so its closer comes last.
  closers.add(() => {
    drain(drainMsOf(config));
    return listener.close();
  });
}
