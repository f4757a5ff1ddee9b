import type { Command } from "commander";
import { endWithin } from "../process/end-within.ts";
import { loadServerConfig } from "../process/server-config.ts";
import type { CommandContext } from "./context.ts";
import { completeEnvironment, type ServerOptions } from "./server-options.ts";
import { waitForStop } from "./terminal.ts";

const EXAMPLES = `
Needs DATABASE_URL, TEMPORAL_ADDRESS and COUNTERSIGN_SIGNING_KEY; holds no action code.

Example:
  countersign api --host 0.0.0.0 --policy policy.yaml`;

/** Adds `api`: the HTTP process of a deployment in parts. */
export function addApiCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("api")
    .description("start the HTTP process alone")
    .option("--policy <file>", "policy document; default COUNTERSIGN_POLICY")
    .option("--tariff <file>", "prices of models and tools; default COUNTERSIGN_TARIFF")
    .option("--host <address>", "address to listen on; default COUNTERSIGN_HOST or 127.0.0.1")
    .option("--port <port>", "port to listen on; default COUNTERSIGN_PORT or 7700")
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      completeEnvironment(terminal.env, command.optsWithGlobals<ServerOptions>());
      const config = await loadServerConfig(terminal.env);
      const { runApi } = await import("../main.ts");
      const api = await runApi(config);
      terminal.print(`Countersign listens at ${api.url}`);
      const stopped = waitForStop(terminal.stopSignal);
      try {
        // It waits for its parts as long as it takes; a fault that no waiting helps ends the command.
        await Promise.race([api.opened, stopped]);
        await stopped;
      } finally {
        await endWithin(api.close(), { limitMs: config.shutdownGraceMs, note: terminal.note });
      }
    });
}
