import type { Command } from "commander";
import type { RunFilter, RunTotals, RunView } from "../contract/guards.ts";
import { parseLimit } from "./arguments.ts";
import { addCompensateCommand } from "./compensate-run.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import type { Terminal } from "./terminal.ts";

type ListOptions = ConnectionOptions & Partial<RunFilter>;

const EXAMPLES = `
Examples:
  countersign runs list --status open
  countersign runs show run-… --json
  countersign runs show nightly --actor refund-agent
  countersign runs compensate nightly --reason "Wrong batch" --wait`;

const COLUMNS = {
  headings: ["ID", "STATUS", "ACTOR", "USER", "PARENT", "STARTED", "ENDED"],
  cells: (run: RunView) => [run.id, run.status, run.actor, run.user, run.parent, run.startedAt, run.endedAt],
};

/** A line of the totals: what was counted, and how much of it. */
type Total = readonly [what: string, amount: number];

const TOTAL_COLUMNS = { headings: ["TOTAL", "AMOUNT"], cells: (total: Total) => total };

/** Adds `runs list | show | compensate`. */
export function addRunsCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const group = program
    .command("runs")
    .description("read what calls were made for, and undo it")
    .addHelpText("after", EXAMPLES);
  group
    .command("list")
    .description("list runs, newest first")
    .option("--actor <subject>", "only those of this principal")
    .option("--status <status>", "only those that stand here: open, success, blocked or failed")
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (_: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>(), terminal));
  group
    .command("show <id>")
    .description("show one run and its totals")
    .option("--actor <subject>", "whose run it is; needs the permission audit when it is another's")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions & { readonly actor?: string }>();
      const answer = await connect(options, terminal).runs.get(id, {
        actor: options.actor,
        signal: terminal.stopSignal,
      });
      await printAnswer(terminal, { answer, json: options.json }, (run) => printRun(terminal, run));
    });
  addCompensateCommand(group, context);
}

async function list(options: ListOptions, terminal: Terminal): Promise<void> {
  const { actor, status, limit, cursor } = options;
  const page = await connect(options, terminal).runs.list({
    ...{ actor, status, limit, cursor },
    signal: terminal.stopSignal,
  });
  await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
    await printList(terminal, items, COLUMNS);
    noteNextPage(terminal, page);
  });
}

async function printRun(terminal: Terminal, run: RunView): Promise<void> {
  printFields(terminal, {
    Run: run.id,
    Status: run.status,
    Actor: run.actor,
    User: run.user,
    Parent: run.parent,
    Started: run.startedAt,
    Ended: run.endedAt,
  });
  if (run.totals === undefined) return;
  terminal.print("");
  await printList(terminal, listTotals(run.totals), TOTAL_COLUMNS);
}

/** What was counted, and of money only what was spent. */
function listTotals({ calls, byStatus, refusals, spent }: RunTotals): Total[] {
  return [
    ["calls", calls],
    ...Object.entries(byStatus),
    ...Object.entries(refusals).map(([guard, count]): Total => [`refused by ${guard}`, count]),
    ...Object.entries(spent)
      .filter(([, amount]) => amount > 0)
      .map(([unit, amount]): Total => [`spent ${unit}`, amount]),
  ];
}
