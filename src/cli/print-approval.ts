import type { ApprovalView, InputChange, PreviousView, StageView, VoteView } from "../contract/approval.ts";
import { printFields, printList, toText } from "./output.ts";
import { describeRemaining } from "./remaining.ts";
import type { Terminal } from "./terminal.ts";

const STAGES = {
  headings: ["STAGE", "STATUS", "APPROVERS", "APPROVE", "REJECT", "BY", "DECIDE BY", "REMINDER", "ESCALATION"],
  cells: ({ stage, index }: { readonly stage: StageView; readonly index: number }) => [
    stage.name === undefined ? String(index + 1) : `${index + 1} ${stage.name}`,
    stage.status,
    stage.approvers,
    `${stage.tally.approve} of ${stage.thresholds.approve}`,
    `${stage.tally.reject} of ${stage.thresholds.deny}`,
    stage.by,
    stage.decideBy,
    stage.remindAt,
    stage.escalations.map((escalation) => describeEscalation(escalation, stage)).join("; "),
  ],
};

const CHANGES = {
  headings: ["CHANGED", "LAST TIME", "NOW"],
  cells: ({ pointer, from, to }: InputChange) => [placeOf(pointer), from, to],
};

/** One place that a round changed. */
interface Revised {
  readonly round: number;
  readonly author: string;
  readonly at: string;
  readonly change: InputChange | undefined;
}

const REVISIONS = {
  headings: ["ROUND", "BY", "AT", "CHANGED", "FROM", "TO"],
  cells: ({ round, author, at, change }: Revised) => [
    ...[String(round), author, at],
    ...(change === undefined ? ["nothing"] : [placeOf(change.pointer), change.from, change.to]),
  ],
};

const VOTES = {
  headings: ["VOTED AT", "BY", "STAGE", "VOTE", "STATE", "REASON"],
  cells: (vote: VoteView) => [
    ...[vote.at, vote.voter, String(vote.stage + 1), describeVote(vote)],
    vote.code === undefined ? vote.state : `${vote.state} (${vote.code})`,
    vote.reason,
  ],
};

/** Prints everything that a decision needs: what, why, who asks, how it differs from last time, where it stands, and what comes of a vote. */
export async function printApproval(terminal: Terminal, approval: ApprovalView): Promise<void> {
  printFields(terminal, {
    ...describeQuestion(approval),
    ...describeStanding(approval),
    ...describeOutlook(approval),
    ...describeEnd(approval),
  });
  const { previous, revisions = [], stages, votes } = approval;
  await printTable(terminal, previous?.changes ?? [], CHANGES);
  await printTable(terminal, revisions.flatMap(listRevised), REVISIONS);
  const isStaged =
    stages.length > 1 || stages.some((stage) => stage.remindAt !== undefined || stage.escalations.length > 0);
  const numbered = stages.map((stage, index) => ({ stage, index }));
  await printTable(terminal, isStaged ? numbered : [], STAGES);
  await printTable(terminal, votes, VOTES);
}

function describeQuestion(approval: ApprovalView) {
  const { action, title, actor, via, editable, previous, round, because } = approval;
  return {
    Approval: approval.id,
    Action: title === undefined ? action : `${action} (${title})`,
    Description: approval.description,
    Status: approval.status,
    "Asked by": via === undefined ? actor : `${actor} via ${via}`,
    Run: approval.run,
    Reason: approval.reason,
    Risk: approval.risk,
    Why: approval.why,
    Rule: approval.rule,
    "Asked again": because === undefined ? undefined : `round ${round}: ${because}`,
    Input: approval.input,
    "May be changed": editable,
    Digest: approval.digest,
    "Last time": previous === undefined ? undefined : describePrevious(previous),
  };
}

function describePrevious({ id, status, openedAt, resolvedAt, by, reason, changes }: PreviousView): string {
  const when = resolvedAt === undefined ? `asked at ${openedAt}` : `at ${resolvedAt}`;
  const whom = by.length === 0 ? "" : ` by ${by.join(", ")}`;
  const why = reason === undefined ? "" : `: ${reason}`;
  return `${status} ${when}${whom}${why} (${id}${changes.length === 0 ? "; the same input" : ""})`;
}

function describeStanding(approval: ApprovalView) {
  const { stage, stages, tally, thresholds, approvers } = approval;
  const name = stages[stage]?.name;
  return {
    Stage: stages.length < 2 ? name : `${stage + 1} of ${stages.length}${name === undefined ? "" : `, ${name}`}`,
    Approvers: approvers,
    ...describeRemaining(approval.remaining ?? []),
    Votes: `${tally.approve} of ${thresholds.approve} to approve, ${tally.reject} of ${thresholds.deny} to reject`,
    "Reason asked": describeReasonAsked(approval),
    // The open stage may end before the whole does.
    "Decide by": stages[stage]?.decideBy ?? approval.decideBy,
    "Execute by": approval.executeBy,
  };
}

function describeReasonAsked({ requireReason, reasonPattern }: ApprovalView): string | undefined {
  const patterns = [reasonPattern ?? []].flat();
  const form = patterns.length === 0 ? "" : ` in the form ${patterns.join(" and ")}`;
  if (requireReason === true) return `with every vote${form}`;
  if (requireReason === "on_reject") return `with a rejection${form}`;
  return form === "" ? undefined : `if one is given,${form}`;
}

function describeOutlook({ outlook }: ApprovalView) {
  if (outlook === undefined) return {};
  const { onApprove, onReject, onSilence } = outlook;
  const latest = onApprove.at === undefined ? "" : ` (at the latest ${onApprove.at})`;
  // The end goes first: the words may name other instants, of what comes before it.
  const end = onSilence.at === undefined ? "" : `${onSilence.at}: `;
  return { "On yes": onApprove.says + latest, "On no": onReject.says, "On silence": end + onSilence.says };
}

function describeEnd({ resolution, invocationStatus, temporalUiUrl }: ApprovalView) {
  return {
    Resolved:
      resolution === undefined
        ? undefined
        : `${resolution.status} at ${resolution.at} by ${resolution.by.join(", ") || "the clock"}`,
    "Resolution's reason": resolution?.reason,
    Invocation: invocationStatus,
    "Temporal UI": temporalUiUrl,
  };
}

/** One without an instant is still to come where its stage is, and never comes where it isn't. */
function describeEscalation(
  { at, to, notify, done }: StageView["escalations"][number],
  { status }: Pick<StageView, "status">,
): string {
  const whom = [
    ...(to.length === 0 ? [] : [`to ${to.join(", ")}`]),
    ...(notify.length === 0 ? [] : [`telling ${notify.join(", ")}`]),
  ];
  return [done ? "done" : (at ?? (status === "waiting" ? "later" : "not done")), ...whom].join(" ");
}

function describeVote({ decision, edit, unreadable, grant }: VoteView): string {
  if (unreadable === true) return `${decision}, with an edit that can't be read`;
  if (edit !== undefined) return `${decision}, changing ${edit.map(placeOf).join(", ")}`;
  return grant === undefined ? decision : `${decision}, granting ${grant.uses} more`;
}

function listRevised({ round, author, at, changes }: NonNullable<ApprovalView["revisions"]>[number]): Revised[] {
  if (changes.length === 0) return [{ round, author, at, change: undefined }];
  return changes.map((change) => ({ round, author, at, change }));
}

/** The whole of a value has an empty pointer. */
function placeOf(pointer: string): string {
  return pointer === "" ? "everything" : toText(pointer);
}

async function printTable<Item>(
  terminal: Terminal,
  items: readonly Item[],
  columns: Parameters<typeof printList<Item>>[2],
): Promise<void> {
  if (items.length === 0) return;
  terminal.print("");
  await printList(terminal, items, columns);
}
