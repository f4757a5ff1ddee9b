import { type Command, Option } from "commander";
import { GuardKind, type GuardView } from "../contract/guards.ts";
import { parseLimit } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import type { Terminal } from "./terminal.ts";

interface ListOptions extends ConnectionOptions {
  readonly kind?: GuardKind;
  readonly limit?: number;
  readonly cursor?: string;
}

const EXAMPLES = `
Examples:
  countersign guards list --kind breaker
  countersign guards show breaker:ledger
  countersign guards reset breaker:ledger --reason "The ledger is back"`;

const COLUMNS = {
  headings: ["ID", "COUNTS", "STATE", "CHANGED"],
  cells: (guard: GuardView) => [guard.id, guard.label, guard.state, guard.changedAt],
};

/** Adds `guards list | show | reset`. */
export function addGuardsCommand(program: Command, { terminal }: CommandContext): void {
  const group = program
    .command("guards")
    .description("see what limits keep between calls, and make them forget it")
    .addHelpText("after", EXAMPLES);
  group
    .command("list")
    .description("list what guards keep, last changed first")
    .addOption(new Option("--kind <kind>", "only those of this kind").choices(GuardKind.options))
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (_: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>(), terminal));
  group
    .command("show <id>")
    .description("show what one guard keeps")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await connect(options, terminal).guards.get(id, { signal: terminal.stopSignal });
      await printAnswer(terminal, { answer, json: options.json }, (guard) => printGuard(terminal, guard));
    });
  group
    .command("reset <id>")
    .description("make a guard forget what it counted; recorded")
    .option("--reason <text>", "why, for the record")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions & { readonly reason?: string }>();
      const answer = await connect(options, terminal).guards.reset(id, { reason: options.reason });
      await printAnswer(terminal, { answer, json: options.json }, (guard) => printGuard(terminal, guard));
    });
}

async function list(options: ListOptions, terminal: Terminal): Promise<void> {
  const { kind, limit, cursor } = options;
  const page = await connect(options, terminal).guards.list({ kind, limit, cursor, signal: terminal.stopSignal });
  await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
    await printList(terminal, items, COLUMNS);
    noteNextPage(terminal, page);
  });
}

function printGuard(terminal: Terminal, { id, label, state, changedAt }: GuardView): void {
  const fields = Object.fromEntries(Object.entries(state).map(([member, value]) => [toHeading(member), value]));
  printFields(terminal, { ID: id, Counts: label, ...fields, Changed: changedAt });
}

/** A member's name in words: `resetAt` becomes `Reset at`. */
function toHeading(member: string): string {
  const words = member.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
