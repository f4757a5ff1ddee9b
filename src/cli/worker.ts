import type { Command } from "commander";
import { loadConfig } from "../config/config.ts";
import type { CommandContext } from "./context.ts";
import { completeEnvironment, type ServerOptions } from "./server-options.ts";
import { waitForStop } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface WorkerOptions extends ServerOptions {
  readonly taskQueue?: string;
}

const EXAMPLES = `
Needs DATABASE_URL, TEMPORAL_ADDRESS and COUNTERSIGN_SIGNING_KEY.

Example:
  countersign worker --actions actions.ts --task-queue billing`;

/** Adds `worker`: the process of a deployment in parts that holds the actions. */
export function addWorkerCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("worker")
    .description("start a worker: the actions, the decisions and the workflows")
    .option("--actions <module>", "module (.ts or .js) that exports actions; default COUNTERSIGN_ACTIONS")
    .option("--task-queue <name>", "Temporal task queue of these actions")
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<WorkerOptions>();
      completeEnvironment(terminal.env, options);
      const config = loadConfig(terminal.env);
      const { actionsModule } = config;
      if (actionsModule === undefined) {
        throw new UsageError("Name the module of your actions: --actions <module>, or COUNTERSIGN_ACTIONS");
      }
      const { runWorker } = await import("../../worker/main.ts");
      const worker = await runWorker({ config, actionsModule, taskQueue: options.taskQueue });
      terminal.print("Countersign's worker polls");
      try {
        await Promise.race([worker.failed, waitForStop(terminal.stopSignal)]);
      } finally {
        await worker.close();
      }
    });
}
