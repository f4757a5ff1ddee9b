import type { Command } from "commander";
import type { AuditEvent, AuditFilter } from "../contract/audit.ts";
import { parseLimit } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import type { Terminal } from "./terminal.ts";

type ListOptions = ConnectionOptions & AuditFilter & { readonly limit?: number; readonly cursor?: string };

const EXAMPLES = `
Examples:
  countersign audit list --invocation ivn_…
  countersign audit list --type approval.resolved --after 2026-01-01T00:00:00Z --json`;

const COLUMNS = {
  headings: ["SEQ", "AT", "TYPE", "PRINCIPAL", "INVOCATION", "ACTION"],
  cells: (event: AuditEvent) => [event.seq, event.at, event.type, event.principal, event.invocation, event.action],
};

/** Adds `audit list`. */
export function addAuditCommand(program: Command, { terminal }: CommandContext): void {
  const group = program.command("audit").description("read the evidence").addHelpText("after", EXAMPLES);
  group
    .command("list")
    .description("list audit events, newest first")
    .option("--action <name>", "only those about this action")
    .option("--actor <subject>", "only those about calls on this principal's behalf")
    .option("--approver <subject>", "only those by this approver")
    .option("--invocation <id>", "only those about this call")
    .option("--type <type>", "only those of this type, such as invocation.decided")
    .option("--idempotency-key <key>", "only those about calls with this key")
    .option("--after <time>", "only those after this RFC 3339 time")
    .option("--before <time>", "only those before this RFC 3339 time")
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (_: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>(), terminal));
}

async function list(options: ListOptions, terminal: Terminal): Promise<void> {
  const { action, actor, approver, invocation, type, idempotencyKey, after, before, limit, cursor } = options;
  const filter = { action, actor, approver, invocation, type, idempotencyKey, after, before, limit, cursor };
  const page = await connect(options, terminal).audit.list({ ...filter, signal: terminal.stopSignal });
  await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
    await printList(terminal, items, COLUMNS);
    noteNextPage(terminal, page);
  });
}
