import type { Config } from "./config/config.ts";
import { requireShared } from "./config/require-shared.ts";
import { createApp } from "./http/index.ts";
import { listen } from "./http/listen.ts";
import { type Closers, startOrUndo } from "./process/closers.ts";
import { openGateway } from "./process/open-gateway.ts";

/** An HTTP process that serves. */
export interface RunningApi {
  /** Base URL of HTTP. */
  readonly url: string;
  /** Drains and ends it. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP process over an application service without action code.
 * @throws invalid_request without database, Temporal address and signing key; unavailable when the port is taken or the store is away
 */
export function runApi(config: Config): Promise<RunningApi> {
  return startOrUndo((closers) => start(config, closers));
}

async function start(config: Config, closers: Closers): Promise<RunningApi> {
  const { adminKey, policyFile, tariffFile, redactPatterns, logLevel, publicUrl, temporal } = config;
  const { databaseUrl, signingKey } = requireShared(config);
  const listener = await listen({ host: config.host, port: config.port });
  closers.add(() => listener.close());
  const { gateway, log, close } = await openGateway({
    store: { databaseUrl },
    temporal: temporal.environment,
    temporalUiUrl: temporal.uiUrl,
    ...{ signingKey, adminKey, policyFile, tariffFile, redactPatterns, logLevel },
  });
  closers.add(close);
  listener.serve(createApp(gateway, { log, ...(publicUrl === undefined ? {} : { publicUrl }) }));
  // HTTP ends first, so its closer comes last.
  closers.add(() => listener.close());
  return { url: listener.url, close: () => closers.closeAll() };
}
