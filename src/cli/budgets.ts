import { type Command, Option } from "commander";
import type { BudgetOptions } from "../client/budget.ts";
import type { BudgetBalance } from "../contract/guards.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printList } from "./output.ts";
import type { Terminal } from "./terminal.ts";

type ShowOptions = ConnectionOptions & Omit<BudgetOptions, "name">;

const EXAMPLES = `
Examples:
  countersign budgets show llm
  countersign budgets show llm --unit tokens --run nightly-7 --json`;

const COLUMNS = {
  headings: ["SCOPE", "PERIOD", "LIMIT", "USED", "RESERVED", "REMAINING", "UNIT"],
  cells: ({ scope, period, limit, used, reserved, remaining, unit }: BudgetBalance) => [
    ...[scope, period, limit, used, reserved, remaining, unit],
  ],
};

/** Adds `budgets show`. */
export function addBudgetsCommand(program: Command, { terminal }: CommandContext): void {
  const group = program.command("budgets").description("see what was spent").addHelpText("after", EXAMPLES);
  group
    .command("show <name>")
    .description("show a budget's accounts, the innermost first and then those around it")
    .addOption(new Option("--unit <unit>", "what it is counted in; default usd").choices(["usd", "tokens", "units"]))
    .option("--run <run>", "begin with this run's account")
    .option("--part <name>", "begin with this part's account")
    .addOption(new Option("--per <period>", "the calendar period that it is kept for").choices(["day", "month"]))
    .option("--on-behalf-of <subject>", "another's accounts; needs permission act_as")
    .action(async (name: string, _: unknown, command: Command) =>
      show(name, command.optsWithGlobals<ShowOptions>(), terminal),
    );
}

async function show(name: string, options: ShowOptions, terminal: Terminal): Promise<void> {
  const { unit, run, part, per, onBehalfOf } = options;
  const budget = connect(options, terminal).budget({ name, unit, run, part, per, onBehalfOf });
  const items = await budget.read({ signal: terminal.stopSignal });
  await printAnswer(terminal, { answer: { items }, json: options.json }, () => printList(terminal, items, COLUMNS));
}
