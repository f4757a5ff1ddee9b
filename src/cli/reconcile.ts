import type { Command } from "commander";
import { loadConfig } from "../config/config.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printJson } from "./output.ts";

const NOTES = `
Every worker does this by itself every 15 s; by hand it is for whoever wants to see what is found, or has restored
a backup and won't wait. Needs DATABASE_URL,
TEMPORAL_ADDRESS and COUNTERSIGN_SIGNING_KEY, and COUNTERSIGN_ENCRYPTION_KEYS where the workers have them.

Example:
  countersign reconcile --all --json`;

/** Adds `reconcile`: brings rows and runs together that have lost each other, once. */
export function addReconcileCommand(program: Command, { terminal, refuse }: CommandContext): void {
  program
    .command("reconcile")
    .description("close calls whose runs were ended in Temporal, and start runs again that Temporal has lost")
    .option("--all", "look at every open call, and not only at those that no worker has looked at lately")
    .addHelpText("after", NOTES)
    .action(async (_: unknown, command: Command) => {
      const config = loadConfig(terminal.env);
      const { reconcileNow } = await import("../../worker/reconcile-now.ts");
      const options = command.optsWithGlobals<OutputOptions & { readonly all?: boolean }>();
      const report = await reconcileNow({ config, all: options.all === true, signal: terminal.stopSignal });
      if (report.faults > 0) refuse();
      if (options.json === true) return printJson(terminal, report);
      const { checked, closed, restarted, rowless, waiting, faults } = report;
      terminal.print(`Checked ${checked}, closed ${closed.canceled + closed.failed + closed.uncertain}`);
      terminal.print(`  canceled ${closed.canceled}, failed ${closed.failed}, uncertain ${closed.uncertain}`);
      terminal.print(`Runs started again ${restarted}, runs without a row ${rowless}`);
      terminal.print(`Still to report ${waiting}, could not be checked ${faults}`);
    });
}
