import type { Command } from "commander";
import type { ApprovalFilter, ApprovalView } from "../contract/approval.ts";
import { addApprovalStatsCommand } from "./approval-stats.ts";
import { parseLimit } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import { printApproval } from "./print-approval.ts";
import type { Terminal } from "./terminal.ts";
import { addVoteCommands } from "./vote.ts";

interface ListOptions extends ConnectionOptions {
  readonly status?: ApprovalFilter["status"];
  readonly action?: string;
  readonly mine?: true;
  readonly limit?: number;
  readonly cursor?: string;
}

const EXAMPLES = `
Examples:
  countersign approvals list --status pending --mine
  countersign approvals show ivn_…
  countersign approvals approve ivn_… --reason "Checked the return"
  countersign approvals reject ivn_… ivn_… --reason "Wrong customer"
  countersign approvals approve ivn_… --edit '{"/amountCents": 400}'`;

const COLUMNS = {
  headings: ["ID", "ACTION", "STATUS", "ASKED BY", "RISK", "INPUT", "VOTES", "DECIDE BY"],
  cells: (approval: ApprovalView) => [
    approval.id,
    approval.action,
    approval.status,
    approval.actor,
    approval.risk,
    approval.input,
    describeVotes(approval),
    approval.stages[approval.stage]?.decideBy ?? approval.decideBy,
  ],
};

/** How far the open stage has come, and which one it is where there are several. */
function describeVotes({ tally, thresholds, stage, stages }: ApprovalView): string {
  const votes = `${tally.approve} of ${thresholds.approve}`;
  return stages.length < 2 ? votes : `${votes}, stage ${stage + 1} of ${stages.length}`;
}

/** Adds `approvals list | show | stats | approve | reject`. */
export function addApprovalsCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const group = program
    .command("approvals")
    .description("see what waits for people, and vote")
    .addHelpText("after", EXAMPLES);
  group
    .command("list")
    .description("list requests for approval, newest first")
    .option(
      "--status <status>",
      "only those that stand here: pending, approved, rejected, expired, canceled or superseded",
    )
    .option("--action <name>", "only those of this action")
    .option("--mine", "only those that you may vote on now")
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (_: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>(), terminal));
  group
    .command("show <id>")
    .description("show one request with everything that a decision needs")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await connect(options, terminal).approvals.get(id, { signal: terminal.stopSignal });
      await printAnswer(terminal, { answer, json: options.json }, (approval) => printApproval(terminal, approval));
    });
  addApprovalStatsCommand(group, context);
  addVoteCommands(group, context, printApproval);
}

async function list(options: ListOptions, terminal: Terminal): Promise<void> {
  const { status, action, mine, limit, cursor } = options;
  const filter = { status, action, eligible: mine === true ? ("me" as const) : undefined, limit, cursor };
  const page = await connect(options, terminal).approvals.list({ ...filter, signal: terminal.stopSignal });
  await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
    await printList(terminal, items, COLUMNS);
    noteNextPage(terminal, page);
  });
}
