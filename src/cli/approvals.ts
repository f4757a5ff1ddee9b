import type { Command } from "commander";
import type { ApprovalFilter, ApprovalView, Decision } from "../contract/approval.ts";
import { parseLimit } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import { describeRemaining } from "./remaining.ts";
import type { Terminal } from "./terminal.ts";

interface ListOptions extends ConnectionOptions {
  readonly status?: ApprovalFilter["status"];
  readonly action?: string;
  readonly mine?: true;
  readonly limit?: number;
  readonly cursor?: string;
}

interface VoteOptions extends ConnectionOptions {
  readonly reason?: string;
  readonly digest?: string;
}

const EXAMPLES = `
Examples:
  countersign approvals list --status pending --mine
  countersign approvals show ivn_…
  countersign approvals approve ivn_… --reason "Checked the return"
  countersign approvals reject ivn_… --reason "Wrong customer"`;

const COLUMNS = {
  headings: ["ID", "ACTION", "STATUS", "ASKED BY", "RISK", "INPUT", "DECIDE BY"],
  cells: (approval: ApprovalView) => [
    approval.id,
    approval.action,
    approval.status,
    approval.actor,
    approval.risk,
    approval.input,
    approval.decideBy,
  ],
};

/** Adds `approvals list | show | approve | reject`. */
export function addApprovalsCommand(program: Command, { terminal }: CommandContext): void {
  const group = program
    .command("approvals")
    .description("see what waits for people, and vote")
    .addHelpText("after", EXAMPLES);
  group
    .command("list")
    .description("list requests for approval, newest first")
    .option("--status <status>", "only those that stand here: pending, approved, rejected, expired or canceled")
    .option("--action <name>", "only those of this action")
    .option("--mine", "only those that you may vote on")
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
  for (const decision of ["approve", "reject"] as const) {
    group
      .command(`${decision} <id>`)
      .description(decision === "approve" ? "agree to a request" : "refuse a request")
      .option("--reason <text>", "why, for the record")
      .option("--digest <digest>", "the digest that you looked at; another one is refused")
      .action(async (id: string, _: unknown, command: Command) => {
        await vote({ id, decision }, command.optsWithGlobals<VoteOptions>(), terminal);
      });
  }
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

async function vote(
  { id, decision }: { readonly id: string; readonly decision: Decision },
  options: VoteOptions,
  terminal: Terminal,
): Promise<void> {
  const { reason, digest } = options;
  const answer = await connect(options, terminal).approvals.vote(id, decision, { reason, digest });
  if (answer.votes.some(({ state }) => state === "received")) terminal.note("The vote is kept and will be judged");
  await printAnswer(terminal, { answer, json: options.json }, (approval) => printApproval(terminal, approval));
}

function printApproval(terminal: Terminal, approval: ApprovalView): void {
  const { tally, thresholds, resolution } = approval;
  printFields(terminal, {
    Approval: approval.id,
    Action: approval.action,
    Description: approval.description,
    Status: approval.status,
    "Asked by": approval.via === undefined ? approval.actor : `${approval.actor} via ${approval.via}`,
    Run: approval.run,
    Reason: approval.reason,
    Risk: approval.risk,
    Input: approval.input,
    Digest: approval.digest,
    Why: approval.why,
    Rule: approval.rule,
    Approvers: approval.approvers,
    ...describeRemaining(approval.remaining ?? []),
    Votes: `${tally.approve} of ${thresholds.approve} to approve, ${tally.reject} of ${thresholds.deny} to reject`,
    "Decide by": approval.decideBy,
    "Execute by": approval.executeBy,
    Resolved:
      resolution === undefined
        ? undefined
        : `${resolution.status} at ${resolution.at} by ${resolution.by.join(", ") || "the clock"}`,
    "Resolution's reason": resolution?.reason,
    Invocation: approval.invocationStatus,
    "Temporal UI": approval.temporalUiUrl,
  });
}
