import fc from "fast-check";
import { expect, test } from "vitest";
import type { ApprovalStage, ApprovalTerms } from "../../../../src/contract/approval-terms.ts";
import { advanceApproval } from "../../../../src/core/approval/advance.ts";
import { openingProgress } from "../../../../src/core/approval/clocks.ts";
import type { ApprovalState } from "../../../../src/core/approval/state.ts";
import { DEFAULT_APPROVAL_TERMS } from "../../../../src/core/policy/document/approval-terms.ts";
import { mergeApprovalTerms } from "../../../../src/core/policy/document/merge-approval-terms.ts";

const PEOPLE = ["a", "b", "c", "d"] as const;
const GROUPS: Readonly<Record<string, readonly string[]>> = { g: ["a", "b"], h: ["b", "c", "d"] };
const names = fc.constantFrom("user:a", "user:b", "user:c", "group:g", "group:h");
const stages: fc.Arbitrary<ApprovalStage> = fc.record({
  approvers: fc.uniqueArray(names, { minLength: 1, maxLength: 3 }),
  approve: fc.integer({ min: 1, max: 2 }),
  deny: fc.integer({ min: 1, max: 2 }),
});
const terms: fc.Arbitrary<ApprovalTerms> = fc
  .record({
    stages: fc.array(stages, { minLength: 1, maxLength: 2 }),
    exclude: fc.constantFrom<ApprovalTerms["exclude"]>(["requester"], ["requester", "previous_stage"]),
  })
  .map((change) => ({ ...DEFAULT_APPROVAL_TERMS, ...change }));
const script = fc.array(
  fc.record({ voter: fc.constantFrom(...PEOPLE), decision: fc.constantFrom("approve" as const, "reject" as const) }),
  { maxLength: 14 },
);

function isApprover(approvers: readonly string[], subject: string): boolean {
  return approvers.some((name) =>
    name.startsWith("user:") ? name === `user:${subject}` : (GROUPS[name.slice(6)] ?? []).includes(subject),
  );
}

function play(of: ApprovalTerms, votes: readonly { voter: string; decision: "approve" | "reject" }[]): ApprovalState {
  let state: ApprovalState = {
    ...{ round: 1, digest: "d", requesters: ["agent"], terms: of, openedAtMs: 0, decideByAtMs: 1_000 },
    ...{ progress: openingProgress(0), counted: [], resolution: undefined },
  };
  for (const [index, { voter, decision }] of votes.entries()) {
    const vote = {
      ...{ id: `v${String(index).padStart(3, "0")}`, voter, decision, reason: undefined, round: 1, digest: "d" },
      ...{ stage: state.progress.stage, madeAtMs: index + 1, authentic: true },
    };
    state = advanceApproval(state, { votes: [vote], cancel: undefined, nowMs: index + 1, isApprover }).state;
  }
  return state;
}

/** Whether the people who stood for it, stage by stage of what was approved, give a side's stages what they ask for, in their order. */
function satisfies({ progress, counted }: ApprovalState, side: ApprovalTerms): boolean {
  const stood = [...progress.done.map(({ standing }) => standing), counted].map((votes) =>
    votes.filter(({ decision }) => decision === "approve").map(({ voter }) => voter),
  );
  let at = 0;
  return side.stages.every((stage) => {
    for (; at < stood.length; at += 1) {
      const eligible = (stood[at] ?? []).filter((voter) => isApprover(stage.approvers, voter));
      if (new Set(eligible).size >= stage.approve) return (at += 1) > 0;
    }
    return false;
  });
}

test("mergeApprovalTerms() is approved by nothing that would not approve each of the two", () => {
  fc.assert(
    fc.property(terms, terms, script, (first, second, votes) => {
      const state = play(mergeApprovalTerms(first, second), votes);
      if (state.resolution?.status !== "approved") return;
      expect([satisfies(state, first), satisfies(state, second)]).toEqual([true, true]);
    }),
    { numRuns: 1_000 },
  );
});
