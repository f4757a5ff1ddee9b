import type { OutlookView } from "../contract/approval.ts";
import type { ApprovalStage } from "../contract/approval-terms.ts";
import { CONDITION_PREFIX } from "../core/approval/approver-condition.ts";
import { clocksOf, nextReminderAtMs, openStageOf, stageAt } from "../core/approval/clocks.ts";
import { tallyVotes } from "../core/approval/count-votes.ts";
import { foreseeOutcome, type Outlook } from "../core/approval/outlook.ts";
import type { ApprovalState } from "../core/approval/state.ts";
import { durationText } from "../core/duration-text.ts";
import { toWireTime } from "./views.ts";

/** What will happen to an open approval on yes, on no and on silence, in words and instants; `undefined` once it is over. */
export function viewOutlook(state: ApprovalState): OutlookView | undefined {
  const outlook = foreseeOutcome(state);
  if (outlook === undefined) return undefined;
  return {
    onApprove: viewApproving(state, outlook.onApprove),
    onReject: { says: `The call is rejected, and never runs, as soon as ${whoRejects(state, outlook.onReject)}` },
    onSilence: { says: sayOnSilence(state), at: toWireTime(outlook.onSilence.expiresAtMs) },
  };
}

function viewApproving(state: ApprovalState, yes: Outlook["onApprove"]): OutlookView["onApprove"] {
  const { missing, opensStage, latestExecuteByAtMs } = yes;
  const standing = tallyVotes(state.counted).approve;
  const who = sayPeople(missing + 1, { more: standing > 0, one: "approves", many: "approve" });
  if (opensStage !== undefined) return { says: sayNextStage(state, opensStage, who) };
  const { executeByMs } = state.terms;
  if (executeByMs === undefined || latestExecuteByAtMs === undefined)
    return { says: `The call runs as soon as ${who}` };
  const says = `The call runs as soon as ${who}; unless it begins within ${durationText(executeByMs)}, the approval is void`;
  return { says, at: toWireTime(latestExecuteByAtMs) };
}

function sayNextStage({ terms }: ApprovalState, index: number, who: string): string {
  const { name, approve, approvers } = stageAt(terms, index);
  const title = `Stage ${index + 1} of ${terms.stages.length}${name === undefined ? "" : ` (${name})`}`;
  const people = sayPeople(approve, { more: false, one: "has", many: "have" });
  return `${title} opens as soon as ${who}; in it, ${people} to approve among ${sayApprovers(approvers)}`;
}

function whoRejects(state: ApprovalState, { missing }: Outlook["onReject"]): string {
  const more = tallyVotes(state.counted).reject > 0;
  return sayPeople(Math.max(0, missing) + 1, { more, one: "rejects", many: "reject" });
}

/** The end, and before it the next reminder and the next escalation, where there is one. */
function sayOnSilence(state: ApprovalState): string {
  const remindAtMs = nextReminderAtMs(state);
  const escalation = clocksOf(state, state.progress.stage).escalations[state.progress.escalated];
  const before = [
    ...(remindAtMs === undefined ? [] : [`people are reminded at ${toWireTime(remindAtMs)}`]),
    ...(escalation === undefined ? [] : [`${sayEscalation(escalation)} at ${toWireTime(escalation.atMs)}`]),
  ];
  const end = `The approval${sayStageLimit(state)} expires and the call never runs`;
  return before.length === 0 ? end : `${end}; before that, ${before.join(" and ")}`;
}

function sayStageLimit(state: ApprovalState): string {
  const isStages = state.terms.stages.length > 1 && openStageOf(state).decideByMs !== undefined;
  return isStages ? ", if this stage is not decided in time," : "";
}

function sayEscalation({ to, notify }: Pick<NonNullable<ApprovalStage["escalate"]>[number], "to" | "notify">): string {
  const parts = [
    ...(to.length === 0 ? [] : [`${sayApprovers(to)} may vote as well`]),
    ...(notify.length === 0 ? [] : [`${sayApprovers(notify)} will hear of it`]),
  ];
  return parts.join(", ");
}

function sayApprovers(approvers: readonly string[]): string {
  return approvers
    .map((name) =>
      name.startsWith(CONDITION_PREFIX) ? `whoever fits ${name.slice(CONDITION_PREFIX.length).trim()}` : name,
    )
    .join(", ");
}

interface PeopleWords {
  /** Whether others have done so already. */
  readonly more: boolean;
  /** What one person does. */
  readonly one: string;
  /** What several do. */
  readonly many: string;
}

function sayPeople(count: number, { more, one, many }: PeopleWords): string {
  const further = more ? " more" : "";
  return count === 1 ? `one${further} person ${one}` : `${count}${further} people ${many}`;
}
