import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { EmbeddedOptions } from "../embedded/index.ts";
import { loadServerConfig } from "../process/server-config.ts";
import { printBanner } from "./banner.ts";
import type { CommandContext } from "./context.ts";
import type { ActionModule } from "./load-actions.ts";
import { type OutputOptions, printJson } from "./output.ts";
import { completeEnvironment, dropAbsent, requireActionsModule, type ServerOptions } from "./server-options.ts";
import { waitForStop } from "./terminal.ts";

type StartOptions = ServerOptions & OutputOptions & { readonly demo?: true };

const EXAMPLES = `
Examples:
  countersign start --actions actions.ts --policy policy.yaml
  COUNTERSIGN_PORT=7701 COUNTERSIGN_DATA_DIR=/var/lib/countersign countersign start --actions dist/actions.js`;

/** Adds `start`: everything in one process tree. */
export function addStartCommand(program: Command, context: CommandContext): void {
  program
    .command("start")
    .description("start everything in one process tree: HTTP, worker, store and a Temporal development server")
    .option("--actions <module>", "module (.ts or .js) that exports actions; default COUNTERSIGN_ACTIONS")
    .option("--policy <file>", "policy document; default COUNTERSIGN_POLICY")
    .option("--tariff <file>", "prices of models and tools; default COUNTERSIGN_TARIFF")
    .option("--host <address>", "address to listen on; default COUNTERSIGN_HOST or 127.0.0.1")
    .option("--port <port>", "port to listen on; default COUNTERSIGN_PORT or 7700")
    .option("--data-dir <folder>", "folder of everything that is kept; default COUNTERSIGN_DATA_DIR or .countersign")
    .option("--demo", "make two keys to try things with: demo-agent, who may invoke, and demo-approver")
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, command: Command) => start(command.optsWithGlobals<StartOptions>(), context));
}

async function start(options: StartOptions, { terminal }: CommandContext): Promise<void> {
  completeEnvironment(terminal.env, options);
  const config = await loadServerConfig(terminal.env);
  const actionsModule = requireActionsModule(config);
  const { loadActions } = await import("./load-actions.ts");
  const module = await loadActions(actionsModule);
  const { startEmbedded } = await import("../embedded/index.ts");
  const { startTracing } = await import("../process/start-tracing.ts");
  const stopTracing = await startTracing(config);
  const server = await startEmbedded(toEmbeddedOptions(config, module, options.demo === true)).catch(
    async (error: unknown) => {
      await stopTracing();
      throw error;
    },
  );
  try {
    if (options.json === true) printJson(terminal, describe(server));
    else printBanner(terminal, server);
    await waitForStop(terminal.stopSignal);
  } finally {
    await server.close();
    await stopTracing();
  }
}

/** What a program that starts a server needs to know; the operator's key stays in its file. */
function describe({ url, adminKeyFile, demoKeys, temporalUiUrl }: Parameters<typeof printBanner>[1]) {
  return { url, adminKeyFile, demoKeys, temporalUiUrl };
}

function toEmbeddedOptions(config: Config, module: ActionModule, demo: boolean): EmbeddedOptions {
  const { dataDir, host, port, logLevel, redactPatterns, temporal, shutdownGraceMs, maxCachedRuns } = config;
  const { policyFile, tariffFile, adminKey, signingKey, previousSigningKeys, encryptionKeys } = config;
  const { publicUrl, databaseUrl, databaseConnections, retentionMs, webhookAllow } = config;
  return {
    ...{ ...module, dataDir, host, port, logLevel, redactPatterns, previousSigningKeys, demo },
    ...{ shutdownGraceMs, maxCachedRuns, webhookAllow },
    temporal: temporal.environment,
    ...dropAbsent({
      policyFile,
      tariffFile,
      adminKey,
      signingKey,
      encryptionKeys,
      publicUrl,
      databaseUrl,
      databaseConnections,
      retentionMs,
      temporalUiUrl: temporal.uiUrl,
    }),
  };
}
