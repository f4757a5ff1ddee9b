import type { Command } from "commander";
import { loadConfig } from "../config/config.ts";
import { printBanner } from "./banner.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printJson } from "./output.ts";
import { completeEnvironment, type ServerOptions } from "./server-options.ts";
import { waitForStop } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const EXAMPLES = `
Examples:
  countersign start --actions actions.ts --policy policy.yaml
  COUNTERSIGN_PORT=7701 COUNTERSIGN_DATA_DIR=/var/lib/countersign countersign start --actions dist/actions.js`;

/** Adds `start`: everything in one process tree. */
export function addStartCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("start")
    .description("start everything in one process tree: HTTP, worker, store and a Temporal development server")
    .option("--actions <module>", "module (.ts or .js) that exports actions; default COUNTERSIGN_ACTIONS")
    .option("--policy <file>", "policy document; default COUNTERSIGN_POLICY")
    .option("--host <address>", "address to listen on; default COUNTERSIGN_HOST or 127.0.0.1")
    .option("--port <port>", "port to listen on; default COUNTERSIGN_PORT or 7700")
    .option("--data-dir <folder>", "folder of everything that is kept; default COUNTERSIGN_DATA_DIR or .countersign")
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ServerOptions & OutputOptions>();
      completeEnvironment(terminal.env, options);
      const config = loadConfig(terminal.env);
      if (config.actionsModule === undefined) {
        throw new UsageError("Name the module of your actions: --actions <module>, or COUNTERSIGN_ACTIONS");
      }
      const { loadActions } = await import("./load-actions.ts");
      const actions = await loadActions(config.actionsModule);
      const { startEmbedded } = await import("../embedded/index.ts");
      const server = await startEmbedded({ actions, policyFile: config.policyFile, config });
      try {
        if (options.json === true) printJson(terminal, { url: server.url, temporalUiUrl: server.temporalUiUrl });
        else printBanner(terminal, server);
        await waitForStop(terminal.stopSignal);
      } finally {
        await server.close();
      }
    });
}
