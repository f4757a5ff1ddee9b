import type { Command } from "commander";
import type { CompensatedRun } from "../client/runs.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import type { Terminal } from "./terminal.ts";

interface CompensateOptions extends ConnectionOptions {
  readonly actor?: string;
  readonly reason?: string;
  readonly wait?: true;
}

/** Milliseconds that one request waits with `--wait`: the longest that the server takes. */
const LONGEST_WAIT_MS = 60_000;

const STEPS = {
  headings: ["STEP", "ACTION", "STATUS", "UNDOES"],
  cells: ({ id, action, status, compensates }: CompensatedRun["steps"][number]) => [id, action, status, compensates],
};

const SKIPPED = {
  headings: ["LEFT AS IT IS", "ACTION", "WHY"],
  cells: ({ id, action, why }: CompensatedRun["skipped"][number]) => [id, action, why],
};

/** Adds `runs compensate`. */
export function addCompensateCommand(group: Command, context: CommandContext): void {
  const { terminal } = context;
  group
    .command("compensate <id>")
    .description("undo the executed calls of a run, the last one first")
    .option("--actor <subject>", "whose run it is; needs the permission admin when it is another's")
    .option("--reason <text>", "why, for approvers and the record")
    .option("--wait", "wait a minute, for people if it must")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<CompensateOptions>();
      const { actor, reason, wait } = options;
      const answer = await connect(options, terminal).runs.compensate(id, {
        ...{ actor, reason, signal: terminal.stopSignal },
        ...(wait === true ? { waitMs: LONGEST_WAIT_MS } : {}),
      });
      await printAnswer(terminal, { answer, json: options.json }, (run) => printCompensated(terminal, run));
      if (answer.status === "stopped") context.refuse();
    });
}

async function printCompensated(terminal: Terminal, answer: CompensatedRun): Promise<void> {
  const { run, status, steps, left, skipped } = answer;
  printFields(terminal, { Run: run.id, Actor: run.actor, Status: status, Left: left });
  if (steps.length > 0) {
    terminal.print("");
    await printList(terminal, steps, STEPS);
  }
  if (skipped.length > 0) {
    terminal.print("");
    await printList(terminal, skipped, SKIPPED);
  }
  if (status === "running") terminal.note(`Not done yet; to look again: countersign runs compensate ${run.id}`);
}
