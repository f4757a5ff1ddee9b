import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "@temporalio/client";
import { type ClientConnectConfig, loadClientConnectConfig } from "@temporalio/envconfig";
import { DefaultLogger, NativeConnection, Runtime } from "@temporalio/worker";
import type { Log } from "../gateway/ports.ts";

/** First and longest wait between tries to reach Temporal. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Where Temporal is and how to get in. */
export type TemporalTarget = ClientConnectConfig;

/**
 * Reads the target from `TEMPORAL_…` variables: address, namespace, TLS and API key, local, self-hosted or Cloud.
 * Nothing is read from a profile file unless the variables name one.
 */
export function temporalTargetOf(environment: Readonly<Record<string, string>>): TemporalTarget {
  const named = environment["TEMPORAL_CONFIG_FILE"] !== undefined || environment["TEMPORAL_PROFILE"] !== undefined;
  return loadClientConnectConfig({ overrideEnvVars: { ...environment }, disableFile: !named });
}

/** A client's connection that is made at the first call and made again whenever it breaks: the process may start before Temporal. */
export function connectLazily(target: TemporalTarget): Connection {
  return Connection.lazy(target.connectionOptions);
}

/** A worker's connection, tried until Temporal answers or `signal` aborts. @throws the last error once aborted */
export async function connectNative(
  target: TemporalTarget,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<NativeConnection> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return await NativeConnection.connect(target.connectionOptions);
    } catch (error) {
      if (signal.aborted) throw error;
      log("warn", "Waiting for Temporal", { address: target.connectionOptions.address, error });
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}

let installed = false;

/** Sends the SDK's own log lines, from warnings on, to our log. The SDK has one runtime per process: the first log given stays. */
export function installSdkLogger(log: Log): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger("WARN", ({ level, message, meta }) =>
      log(level === "ERROR" ? "error" : "warn", message, { ...meta }),
    ),
    telemetryOptions: { logging: { forward: {}, filter: { core: "ERROR", other: "ERROR" } } },
    // Signals are handled by whoever started the process, in an order that loses nothing.
    shutdownSignals: [],
  });
}
