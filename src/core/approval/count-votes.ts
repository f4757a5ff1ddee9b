import type { Decision } from "../../contract/approval.ts";
import type { CountedVote } from "./state.ts";

/** How many people stand for it and how many against it. */
export interface Tally {
  readonly approve: number;
  readonly reject: number;
}

/** Counts approvals and rejections among standing votes, of which each person has one. */
export function tallyVotes(counted: readonly Pick<CountedVote, "decision">[]): Tally {
  const approve = counted.filter((vote) => vote.decision === "approve").length;
  return { approve, reject: counted.length - approve };
}

/** Whose standing votes say so, in the order they were made. */
export function votersWho(decision: Decision, counted: readonly CountedVote[]): string[] {
  return counted.filter((vote) => vote.decision === decision).map((vote) => vote.voter);
}

/** The standing votes with one more: a person counts once, so the newest vote replaces the one before. */
export function countVote(
  counted: readonly CountedVote[],
  { id, voter, decision }: CountedVote,
): { readonly counted: readonly CountedVote[]; readonly replaces: string | undefined } {
  const others = counted.filter((earlier) => earlier.voter !== voter);
  const replaced = counted.find((earlier) => earlier.voter === voter);
  return { counted: [...others, { id, voter, decision }], replaces: replaced?.id };
}
