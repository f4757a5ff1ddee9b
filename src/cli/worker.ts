import type { Command } from "commander";
import { endWithin } from "../process/end-within.ts";
import { loadServerConfig } from "../process/server-config.ts";
import type { CommandContext } from "./context.ts";
import { completeEnvironment, dropAbsent, requireActionsModule, type ServerOptions } from "./server-options.ts";
import { waitForStop } from "./terminal.ts";

interface WorkerOptions extends ServerOptions {
  readonly taskQueue?: string;
}

const EXAMPLES = `
Needs DATABASE_URL, TEMPORAL_ADDRESS and COUNTERSIGN_SIGNING_KEY.

Example:
  countersign worker --actions actions.ts --task-queue billing`;

/** Adds `worker`: the process of a deployment in parts that holds the actions. */
export function addWorkerCommand(program: Command, context: CommandContext): void {
  program
    .command("worker")
    .description("start a worker: the actions, the decisions and the workflows")
    .option("--actions <module>", "module (.ts or .js) that exports actions; default COUNTERSIGN_ACTIONS")
    .option("--tariff <file>", "prices of models and tools; default COUNTERSIGN_TARIFF")
    .option("--task-queue <name>", "Temporal task queue of these actions")
    .option("--accept-incompatible", "start although inputs of open calls don't fit the actions' schemas")
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, command: Command) => work(command.optsWithGlobals<WorkerOptions>(), context));
}

async function work(options: WorkerOptions, { terminal }: CommandContext): Promise<void> {
  completeEnvironment(terminal.env, options);
  const config = await loadServerConfig(terminal.env);
  const actionsModule = requireActionsModule(config);
  const { loadActions } = await import("./load-actions.ts");
  const { actions, ...module } = await loadActions(actionsModule);
  const { createConfiguredWorker } = await import("../../worker/main.ts");
  const { stopSignal: signal } = terminal;
  // It waits for its parts as long as it takes, but not longer than it is wanted.
  const made = createConfiguredWorker({
    config,
    actions,
    ...module,
    signal,
    ...dropAbsent({ taskQueue: options.taskQueue }),
  });
  const worker = await made.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (worker === undefined) return;
  const running = worker.run();
  terminal.print(`The worker runs ${actions.length === 1 ? "1 action" : `${actions.length} actions`}; Ctrl-C stops it`);
  // A worker that fails for good ends the command; a stop lets it drain first.
  await Promise.race([running, waitForStop(signal)]);
  worker.shutdown();
  await endWithin(running, { limitMs: config.shutdownGraceMs, note: terminal.note });
}
