import type { ApprovalTerms } from "../../../src/contract/approval-terms.ts";
import type { Happening, ReceivedVote } from "../../../src/core/approval/state.ts";

/** What the record alone says of an approval. */
export interface Told {
  readonly stage: number;
  /** Ids of the votes that stand in each stage up to the open one, the oldest first. */
  readonly standing: readonly (readonly string[])[];
  readonly isResolved: boolean;
  /** What decided it by votes; absent while nothing did, and for what the clock or a cancel ended. */
  readonly decided: "approved" | "rejected" | undefined;
}

/** Retells an approval from its record: happenings in order and the votes that they speak of, nothing else. */
export function retell(
  terms: ApprovalTerms,
  votes: ReadonlyMap<string, ReceivedVote>,
  happenings: readonly Happening[],
): Told {
  let standing: string[][] = [[]];
  let isResolved = false;
  for (const happening of happenings) {
    switch (happening.kind) {
      case "counted":
        standing.at(-1)?.push(happening.vote);
        if (happening.replaces !== undefined) standing = without(standing, happening.replaces);
        break;
      case "lapsed":
        standing = without(standing, happening.vote);
        break;
      case "stage_opened":
        standing = [...standing.slice(0, happening.stage + 1)];
        if (standing.length === happening.stage) standing.push([]);
        break;
      case "resolved":
        isResolved = true;
        break;
      case "refused":
      case "edited":
      case "reminded":
      case "escalated":
        break;
    }
  }
  const stage = standing.length - 1;
  return { stage, standing, isResolved, decided: isResolved ? decide(terms, votes, standing) : undefined };
}

function without(standing: readonly string[][], vote: string): string[][] {
  return standing.map((ids) => ids.filter((id) => id !== vote));
}

function decide(
  { stages }: ApprovalTerms,
  votes: ReadonlyMap<string, ReceivedVote>,
  standing: readonly (readonly string[])[],
): Told["decided"] {
  const open = standing.at(-1) ?? [];
  const stage = stages[standing.length - 1];
  const approvals = open.filter((id) => votes.get(id)?.decision === "approve").length;
  if (stage === undefined) return undefined;
  if (open.length - approvals >= stage.deny) return "rejected";
  return standing.length === stages.length && approvals >= stage.approve ? "approved" : undefined;
}
