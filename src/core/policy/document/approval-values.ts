import type { ApprovalExclusion, ApprovalStage, ApprovalTerms } from "../../../contract/approval-terms.ts";
import { MAX_STAGE_VOTES } from "../limits.ts";

// What may stand in an approval's terms, for documents and for actions alike: both readers ask here, and differ only in how they
// name what is wrong. Actions are defined where no packages are loaded, so nothing here needs one.

/** How a condition is told from names where approvers are kept as texts. */
export const CONDITION_PREFIX = "when:";
/** Who besides the approvers' own list may not vote. */
export const EXCLUSIONS: readonly ApprovalExclusion[] = ["requester", "previous_stage"];
/** What can become of a request when the policy or the action changed in a way that alters its verdict or terms. */
export const DRIFT_ANSWERS = ["ask_again", "deny"] as const;

/** Whether a text names approvers: `user:`, `role:` or `group:` and 1 to 200 visible ASCII characters. */
export function isApproverName(text: string): boolean {
  return /^(user|role|group):[\x21-\x7e]{1,200}$/.test(text);
}

/** Whether a value is a number of votes: whole, 1 to 1,000. */
export function isVoteCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_STAGE_VOTES;
}

/** Exclusions in one order; whoever asked is always among them. */
export function withRequester(exclude: readonly ApprovalExclusion[]): ApprovalExclusion[] {
  return EXCLUSIONS.filter((each) => each === "requester" || exclude.includes(each));
}

/** Too few people for what is asked. */
export interface Headcount {
  /** How many people there are. */
  readonly people: number;
  /** How many votes are asked for. */
  readonly votes: number;
}

/** Which threshold of a stage its people can never reach, where it names all of them; undefined where that doesn't show. */
export function findStageShortage(
  stage: ApprovalStage,
): (Headcount & { readonly key: "approve" | "deny" }) | undefined {
  const users = listUsers(stage);
  if (users === undefined) return undefined;
  const people = users.size;
  if (people < stage.approve) return { key: "approve", people, votes: stage.approve };
  return people < stage.deny ? { key: "deny", people, votes: stage.deny } : undefined;
}

/**
 * Whether all stages together name fewer people than they ask votes of, where nobody may approve twice; undefined where that
 * doesn't show.
 */
export function findSharedShortage({
  stages,
  exclude,
}: {
  readonly stages: ApprovalTerms["stages"];
  readonly exclude: readonly ApprovalExclusion[];
}): Headcount | undefined {
  if (!exclude.includes("previous_stage")) return undefined;
  const users = new Set<string>();
  for (const stage of stages) {
    const own = listUsers(stage);
    if (own === undefined) return undefined;
    for (const user of own) users.add(user);
  }
  const votes = stages.reduce((sum, { approve }) => sum + approve, 0);
  return users.size < votes ? { people: users.size, votes } : undefined;
}

/** Everybody who may ever vote in a stage; undefined where a role, a group or a condition stands for people who aren't named. */
function listUsers({ approvers, escalate = [] }: ApprovalStage): ReadonlySet<string> | undefined {
  const names = new Set([...approvers, ...escalate.flatMap(({ to }) => to)]);
  return [...names].every((name) => name.startsWith("user:")) ? names : undefined;
}
