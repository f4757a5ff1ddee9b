import { Connection } from "@temporalio/client";
import { type ClientConnectConfig, loadClientConnectConfig } from "@temporalio/envconfig";
import { DefaultLogger, NativeConnection, Runtime } from "@temporalio/worker";
import { CountersignError } from "../core/countersign-error.ts";
import type { Log } from "../gateway/ports.ts";
import { reasonOf, waitFor, type Waiting } from "./wait-for.ts";

/**
 * What is said when no waiting helps: Temporal knows the caller and won't have it, or doesn't know it; or this machine has no root
 * certificates to know Temporal by.
 */
const REFUSED = /unauthenticated|permission[ _]?denied|unauthorized|NativeCertsNotFound/i;

/** Whether a failure's reason says that Temporal won't have this client as it is, however long it waits. */
export function isRefusal(reason: string): boolean {
  return REFUSED.test(reason);
}

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

/**
 * A worker's connection, tried until Temporal answers or the wait is given up.
 * @throws invalid_request when Temporal refuses the credentials; the last error when given up
 */
export async function connectNative(target: TemporalTarget, waiting: Waiting): Promise<NativeConnection> {
  const attempt = async (): Promise<NativeConnection> => {
    try {
      return await NativeConnection.connect(target.connectionOptions);
    } catch (error) {
      const reason = reasonOf(error);
      if (!isRefusal(reason)) throw error;
      throw new CountersignError("invalid_request", `Temporal refuses this client: ${reason}`, { cause: error });
    }
  };
  return waitFor(
    {
      what: "Temporal",
      attempt,
      isTemporary: (error) => !(error instanceof CountersignError),
      discard: (connection) => connection.close(),
      fields: { address: target.connectionOptions.address },
    },
    waiting,
  );
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
