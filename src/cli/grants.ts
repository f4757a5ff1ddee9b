import type { Command } from "commander";
import type { GrantFilter, GrantView } from "../contract/grants.ts";
import { parseLimit } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import type { Terminal } from "./terminal.ts";

type ListOptions = ConnectionOptions & GrantFilter & { readonly limit?: number; readonly cursor?: string };

const EXAMPLES = `
Examples:
  countersign grants list --action billing.issue_refund
  countersign grants show grt_…
  countersign grants revoke grt_…`;

const COLUMNS = {
  headings: ["ID", "STATUS", "ACTION", "ACTOR", "ISSUED BY", "USED", "EXPIRES"],
  cells: (grant: GrantView) => [
    grant.id,
    grant.status,
    grant.action,
    grant.actor,
    grant.issuedBy,
    describeUse(grant),
    grant.expiresAt,
  ],
};

/** Adds `grants list | show | revoke`. */
export function addGrantsCommand(program: Command, { terminal }: CommandContext): void {
  const group = program
    .command("grants")
    .description("read approvals given in advance, and take them back")
    .addHelpText("after", EXAMPLES);
  group
    .command("list")
    .description("list grants, newest first")
    .option("--action <name>", "only those for this action")
    .option("--actor <subject>", "only those for this principal's calls")
    .option("--issued-by <subject>", "only those that this approver gave")
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (_: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>(), terminal));
  group
    .command("show <id>")
    .description("show one grant with its bounds")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await connect(options, terminal).grants.get(id, { signal: terminal.stopSignal });
      await printAnswer(terminal, { answer, json: options.json }, (grant) => printGrant(terminal, grant));
    });
  group
    .command("revoke <id>")
    .description("revoke a grant, effective at once")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await connect(options, terminal).grants.revoke(id);
      await printAnswer(terminal, { answer, json: options.json }, (grant) => printGrant(terminal, grant));
    });
}

async function list(options: ListOptions, terminal: Terminal): Promise<void> {
  const { action, actor, issuedBy, limit, cursor } = options;
  const page = await connect(options, terminal).grants.list({
    ...{ action, actor, issuedBy, limit, cursor },
    signal: terminal.stopSignal,
  });
  await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
    await printList(terminal, items, COLUMNS);
    noteNextPage(terminal, page);
  });
}

function describeUse({ used, uses }: GrantView): string {
  return `${used} of ${uses}`;
}

function printGrant(terminal: Terminal, grant: GrantView): void {
  printFields(terminal, {
    Grant: grant.id,
    Status: grant.status,
    Action: grant.action,
    Actor: grant.actor,
    Run: grant.run,
    "Issued by": grant.issuedBy,
    Call: grant.invocation,
    Input: grant.input,
    Bounds: grant.bounds,
    Used: describeUse(grant),
    Issued: grant.issuedAt,
    Expires: grant.expiresAt,
    Revoked: grant.revokedAt,
    "Revoked by": grant.revokedBy,
  });
}
