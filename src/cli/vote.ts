import type { Command } from "commander";
import type { ApprovalView, BatchVoteAnswer, Decision, EditRequest } from "../contract/approval.ts";
import type { GrantRequest } from "../contract/grants.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { toText } from "./output.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { readEditArgument, readGrantArgument } from "./vote-arguments.ts";

/** Approvals that one command may name: what one request takes. */
const MAX_IDS = 100;

interface VoteOptions extends ConnectionOptions {
  readonly reason?: string;
  readonly digest?: string;
  readonly edit?: string;
  readonly grant?: string;
}

/** One decision about some approvals, as it was read from the command line. */
interface Voting {
  readonly ids: readonly string[];
  readonly decision: Decision;
  readonly options: VoteOptions;
  readonly edit: EditRequest | undefined;
  readonly grant: GrantRequest | undefined;
}

/** Prints one approval for a person. */
type ShowApproval = (terminal: Terminal, approval: ApprovalView) => Promise<void>;

/** Adds `approvals approve | reject`. */
export function addVoteCommands(group: Command, context: CommandContext, show: ShowApproval): void {
  const approve = addVoteCommand(group, "approve", "agree to requests")
    .option("--edit <json>", "new values by JSON pointer, to be approved by others; @file and - are read")
    .option("--grant <json>", "let later calls like this one through: uses, expiresIn, scope and bounds");
  const reject = addVoteCommand(group, "reject", "refuse requests");
  for (const [command, decision] of [[approve, "approve"] as const, [reject, "reject"] as const]) {
    command.action(async (ids: string[]) => {
      const voting = await readVoting({ ids, decision, options: command.optsWithGlobals<VoteOptions>() }, context);
      await (ids.length === 1 ? voteOnce(voting, context, show) : voteOnAll(voting, context));
    });
  }
}

function addVoteCommand(group: Command, decision: Decision, description: string): Command {
  return group
    .command(`${decision} <id...>`)
    .description(description)
    .option("--reason <text>", "why, for the record")
    .option("--digest <digest>", "the digest that you looked at; another one is refused");
}

async function readVoting(
  { ids, decision, options }: Pick<Voting, "ids" | "decision" | "options">,
  { terminal }: CommandContext,
): Promise<Voting> {
  const { digest, edit, grant } = options;
  if (ids.length > MAX_IDS) throw new UsageError(`Name at most ${MAX_IDS} requests at once`);
  if (ids.length > 1 && digest !== undefined) throw new UsageError("--digest belongs to one request: name only that");
  if (edit !== undefined && grant !== undefined) throw new UsageError("Give --edit or --grant, not both");
  return {
    ...{ ids, decision, options },
    edit: edit === undefined ? undefined : await readEditArgument(edit, terminal),
    grant: grant === undefined ? undefined : await readGrantArgument(grant, terminal),
  };
}

async function voteOnce(voting: Voting, { terminal }: CommandContext, show: ShowApproval): Promise<void> {
  const { ids, decision, options, edit, grant } = voting;
  const { reason, digest, json } = options;
  const { approvals } = connect(options, terminal);
  const answer = await approvals.vote(ids[0] ?? "", decision, { reason, digest, edit, grant });
  if (answer.votes.some(({ state }) => state === "received")) terminal.note("The vote is kept and will be judged");
  await printAnswer(terminal, { answer, json }, (approval) => show(terminal, approval));
}

/** A line for each, and a failure if one of them was refused. */
async function voteOnAll(voting: Voting, { terminal, refuse }: CommandContext): Promise<void> {
  const { ids, decision, options, edit, grant } = voting;
  const votes = ids.map((id) => ({ id, decision, reason: options.reason, edit, grant }));
  const answer = await connect(options, terminal).approvals.batch(votes);
  if (answer.some(({ error }) => error !== undefined)) refuse();
  await printAnswer(terminal, { answer, json: options.json }, (items) => {
    for (const item of items) terminal.print(`${toText(item.id)}  ${describeAnswer(item)}`);
  });
}

function describeAnswer({ status, approval, error }: BatchVoteAnswer): string {
  if (error !== undefined) return `refused, ${toText(error.code)}: ${toText(error.message)}`;
  if (status === 202) return "kept, and will be judged";
  if (approval === undefined) return "voted";
  const { tally, thresholds } = approval;
  const missing = `${tally.approve} of ${thresholds.approve} to approve, ${tally.reject} of ${thresholds.deny} to reject`;
  return approval.status === "pending" ? `pending, ${missing}` : approval.status;
}
