import type { ApprovalStage, ApprovalTerms } from "../../contract/approval-terms.ts";
import { areUsersOnly, namedUsers, possibleApprovers } from "./approvers.ts";
import { type ApprovalRequest, type Approver, asksByCondition, isEligible } from "./eligibility.ts";
import { canSeatAll } from "./seats.ts";
import { stageClocks } from "./stage-clocks.ts";

/** Who there is to ask. */
export interface Electorate {
  /** People found for {@link approverSearchOf}. */
  readonly people: readonly Approver[];
  /** False when there are more than were looked at. */
  readonly isComplete: boolean;
  /** Whoever asked, and so can't vote. */
  readonly requesters: readonly string[];
  readonly request: ApprovalRequest;
}

/** People that are looked at to find out whether anybody could approve. Our choice: beyond them there are taken to be enough. */
const MAX_LOOKED_AT = 1_000;

/** How many people to search for: one more than are looked at, so as to know whether there are more. */
export const SEARCHED_APPROVERS = MAX_LOOKED_AT + 1;

/** The people of such a search. */
export function limitElectorate(found: readonly Approver[]): Pick<Electorate, "people" | "isComplete"> {
  return { people: found.slice(0, MAX_LOOKED_AT), isComplete: found.length <= MAX_LOOKED_AT };
}

/** A stage, and how many of whom it takes. */
interface StageNeed {
  /** For people: the stage by its name or number, where there are several. */
  readonly label: string;
  readonly approvers: readonly string[];
  readonly needed: number;
  /** Subjects. */
  readonly candidates: ReadonlySet<string>;
}

/**
 * Why nobody could give the approval that these terms ask for, as a sentence without a full stop; `undefined` when people could. Whom an
 * escalation adds in time counts; a person named as `user:` counts whether the directory knows them or not. Where nobody may approve two
 * stages, there must be a different person for every approval that the stages need together. A stage for which there may be more people
 * than were looked at is taken to have enough.
 */
export function findShortage(terms: ApprovalTerms, electorate: Electorate): string | undefined {
  const needs = terms.stages.flatMap((stage, index) => needOf(terms, { stage, index }, electorate));
  const short = needs.find(({ candidates, needed }) => candidates.size < needed);
  if (short !== undefined) return describeShortage(short);
  if (!terms.exclude.includes("previous_stage") || canSeatAll(needs)) return undefined;
  const needed = needs.reduce((sum, need) => sum + need.needed, 0);
  return `The stages need ${needed} different people to approve, and there are fewer besides the requester`;
}

/** The names, `role:` and `group:`, to search a directory for so as to know who could approve; `undefined` where a condition may fit anybody. */
export function approverSearchOf({ stages }: ApprovalTerms): string[] | undefined {
  const approvers = stages.flatMap(({ approvers, escalate = [] }) =>
    [approvers, ...escalate.map(({ to }) => to)].flat(),
  );
  if (asksByCondition(approvers)) return undefined;
  return [...new Set(approvers.filter((entry) => !areUsersOnly([entry])))];
}

function needOf(
  terms: ApprovalTerms,
  { stage, index }: { readonly stage: ApprovalStage; readonly index: number },
  { people, isComplete, requesters, request }: Electorate,
): StageNeed[] {
  const clocks = stageClocks(stage, { openedAtMs: 0, decideByAtMs: terms.decideByMs });
  const approvers = possibleApprovers(stage, clocks);
  if (!isComplete && !areUsersOnly(approvers)) return [];
  const eligible = people.filter((person) => isEligible(approvers, person, request)).map((person) => person.subject);
  const candidates = new Set([...namedUsers(approvers), ...eligible]);
  for (const requester of requesters) candidates.delete(requester);
  return [{ label: labelOf(terms, stage, index), approvers, needed: stage.approve, candidates }];
}

function labelOf({ stages }: ApprovalTerms, { name }: ApprovalStage, index: number): string {
  if (name !== undefined) return `Stage "${name}"`;
  return stages.length === 1 ? "The approval" : `Stage ${index + 1}`;
}

function describeShortage({ label, approvers, needed, candidates }: StageNeed): string {
  const there = candidates.size === 0 ? "nobody" : `only ${candidates.size}`;
  return `${label} needs ${needed} of ${approvers.join(", ")} to approve, and ${there} besides the requester can`;
}
