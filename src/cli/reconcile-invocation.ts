import type { Command } from "commander";
import type { ReconcileRequest } from "../contract/invocation.ts";
import { readJsonArgument } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printInvocation } from "./invoke.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface ReconcileOptions extends ConnectionOptions {
  readonly executed?: true;
  readonly failed?: true;
  readonly probe?: true;
  readonly output?: string;
  readonly note: string;
}

/** Adds `invocations reconcile`. */
export function addReconcileInvocationCommand(group: Command, { terminal, refuse }: CommandContext): void {
  group
    .command("reconcile <id>")
    .description("close a call whose outcome is uncertain; needs the permission admin")
    .option("--executed", "it took effect")
    .option("--failed", "it did not take effect")
    .option("--probe", "let the action's own probe find out")
    .option("--output <json>", "with --executed: what it gave; @file and - are read")
    .requiredOption("--note <text>", "how you know, or why you ask, for the record")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ReconcileOptions>();
      const request = await readRequest(options, terminal);
      const signal = terminal.stopSignal;
      const answer = await connect(options, terminal).invocations.reconcile(id, request, { signal });
      if (answer.status === "uncertain") terminal.note("It is uncertain still: the probe can't tell, or not yet");
      await printAnswer(terminal, { answer, json: options.json }, (shown) => printInvocation(terminal, shown));
      if (answer.status === "uncertain") refuse();
    });
}

async function readRequest(options: ReconcileOptions, terminal: Terminal): Promise<ReconcileRequest> {
  const { executed, failed, probe, note, output } = options;
  if ([executed, failed, probe].filter((flag) => flag === true).length !== 1)
    throw new UsageError("Give one of --executed, --failed and --probe");
  if (output !== undefined && executed !== true) throw new UsageError("--output goes with --executed");
  if (probe === true) return { probe, note };
  if (failed === true) return { outcome: "failed", note };
  if (output === undefined) return { outcome: "executed", note };
  return { outcome: "executed", output: await readJsonArgument("--output", output, terminal), note };
}
