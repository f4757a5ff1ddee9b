import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../../../src/contract/approval.ts";
import type { ApprovalStage, ApprovalTerms } from "../../../../src/contract/approval-terms.ts";
import { openingProgress } from "../../../../src/core/approval/clocks.ts";
import { refuseVote } from "../../../../src/core/approval/refuse-vote.ts";
import type { ReceivedVote } from "../../../../src/core/approval/state.ts";
import { mergeApprovalTerms } from "../../../../src/core/policy/document/merge-approval-terms.ts";
import { termsOf } from "../documents.ts";

function stageOf(...approvers: string[]): ApprovalStage {
  return { approvers, approve: 1, deny: 1 };
}

function staged(...stages: ApprovalStage[]): ApprovalTerms {
  return { ...termsOf(), stages };
}

describe("mergeApprovalTerms on stages", () => {
  it("mergeApprovalTerms() makes one stage of two with approvers in common, by the stricter of each number", () => {
    const first = {
      name: "one",
      approvers: ["user:a", "user:b"],
      approve: 2,
      deny: 3,
      decideByMs: 5,
      remindEveryMs: 2,
    };
    const second = {
      name: "two",
      approvers: ["user:c", "user:b"],
      approve: 1,
      deny: 2,
      decideByMs: 4,
      remindEveryMs: 3,
    };
    const merged = { name: "one", approvers: ["user:b"], approve: 2, deny: 2, decideByMs: 4, remindEveryMs: 2 };
    expect(mergeApprovalTerms(staged(first), staged(second)).stages).toEqual([merged]);
    const bare = { approvers: ["user:b"], approve: 1, deny: 9 };
    expect(mergeApprovalTerms(staged(bare), staged(second)).stages).toEqual([
      { ...second, approvers: ["user:b"], approve: 1, deny: 2 },
    ]);
  });

  it("mergeApprovalTerms() lets nobody vote in one stage, not even to reject, whom only one of the two lets vote", () => {
    const [wide, narrow] = [stageOf("group:g", "group:h"), stageOf("group:g")];
    expect(mergeApprovalTerms(staged(wide), staged(narrow)).stages).toEqual([narrow]);
    expect(mergeApprovalTerms(staged(narrow), staged(wide)).stages).toEqual([narrow]);
  });

  it("mergeApprovalTerms() asks one after the other where none is in common, or where there are several stages", () => {
    const [a, b, c] = [stageOf("user:a"), stageOf("user:b"), stageOf("user:a", "user:c")];
    expect(mergeApprovalTerms(staged(a), staged(b)).stages).toEqual([a, b]);
    expect(mergeApprovalTerms(staged(a, b), staged(c)).stages).toEqual([a, b, c]);
    expect(mergeApprovalTerms(staged(c), staged(a, b)).stages).toEqual([c, a, b]);
  });

  it("mergeApprovalTerms() asks for a stage once that both have", () => {
    const [a, b, c] = [stageOf("user:a"), stageOf("user:b"), stageOf("user:c")];
    expect(mergeApprovalTerms(staged(a, b), staged(a, b)).stages).toEqual([a, b]);
    expect(mergeApprovalTerms(staged(a, b), staged({ ...b })).stages).toEqual([a, b]);
    expect(mergeApprovalTerms(staged(b), staged(a, b, c)).stages).toEqual([a, b, c]);
    expect(mergeApprovalTerms(staged(a, b), staged(b, a)).stages).toEqual([a, b, b, a]);
    expect(mergeApprovalTerms(staged(a), staged(a, a)).stages).toEqual([a, a]);
  });

  it("mergeApprovalTerms() lets people vote once both let them, and tells whomever one of them tells", () => {
    const first = {
      ...stageOf("group:x", "user:late"),
      escalate: [
        { afterMs: 4, to: ["role:lead"], notify: ["user:cfo"] },
        { afterMs: 9, to: ["user:only-here"], notify: [] },
      ],
    };
    const second = {
      ...stageOf("group:x"),
      escalate: [
        { afterMs: 2, to: ["role:lead"], notify: [] },
        { afterMs: 4, to: ["user:late"], notify: ["user:ceo", "user:cfo"] },
        { afterMs: 6, to: ["role:lead"], notify: [] },
      ],
    };
    const escalate = [{ afterMs: 4, to: ["role:lead", "user:late"], notify: ["user:cfo", "user:ceo"] }];
    expect(mergeApprovalTerms(staged(first), staged(second)).stages).toEqual([{ ...stageOf("group:x"), escalate }]);
    const told = { ...stageOf("group:x"), escalate: [{ afterMs: 1, to: ["user:z"], notify: ["user:z"] }] };
    expect(mergeApprovalTerms(staged(stageOf("group:x")), staged(told)).stages).toEqual([
      { ...stageOf("group:x"), escalate: [{ afterMs: 1, to: [], notify: ["user:z"] }] },
    ]);
  });
});

type Whole = Partial<ApprovalTerms>;

describe("mergeApprovalTerms on the whole", () => {
  it.each<[what: string, ...terms: [first: Whole, second: Whole, merged: Whole]]>([
    [
      "the shorter clocks",
      { decideByMs: 5, executeByMs: 7 },
      { decideByMs: 6, executeByMs: 6 },
      { decideByMs: 5, executeByMs: 6 },
    ],
    [
      "the clock that there is",
      { decideByMs: 5, executeByMs: 7 },
      { decideByMs: 5 },
      { decideByMs: 5, executeByMs: 7 },
    ],
    ["every exclusion", {}, { exclude: ["requester", "previous_stage"] }, { exclude: ["requester", "previous_stage"] }],
    ["a reason before one on reject", { requireReason: "on_reject" }, { requireReason: true }, { requireReason: true }],
    [
      "a reason on reject before none",
      { requireReason: false },
      { requireReason: "on_reject" },
      { requireReason: "on_reject" },
    ],
    ["the pattern that there is", { reasonPattern: ["a"] }, {}, { reasonPattern: ["a"] }],
    [
      "every pattern, each once",
      { reasonPattern: ["a", "b"] },
      { reasonPattern: ["b", "c"] },
      { reasonPattern: ["a", "b", "c"] },
    ],
    ["no edit where one allows none", { edit: { allow: ["/a"] } }, {}, {}],
    ["no edit where none is in common", { edit: { allow: ["/a"] } }, { edit: { allow: ["/b", "/ab"] } }, {}],
    [
      "the inner of two fields that may be edited",
      { edit: { allow: ["/a", "/b/c", "/d"] } },
      { edit: { allow: ["/b", "/a/x", "/a/y", "/d"] } },
      { edit: { allow: ["/a/x", "/a/y", "/b/c", "/d"] } },
    ],
    ["denial on drift", { onDrift: "deny" }, { onDrift: "ask_again" }, { onDrift: "deny" }],
  ])("mergeApprovalTerms() keeps %s", (_, ...[first, second, merged]) => {
    expect(mergeApprovalTerms(termsOf({}, first), termsOf({}, second))).toEqual(termsOf({}, merged));
    // Only the order of patterns and of pointers depends on which terms come first.
    const { reasonPattern, edit, ...turned } = mergeApprovalTerms(termsOf({}, second), termsOf({}, first));
    const { reasonPattern: pattern, edit: editable, ...others } = termsOf({}, merged);
    expect(turned).toEqual(others);
    expect([new Set(reasonPattern), new Set(edit?.allow)]).toEqual([new Set(pattern), new Set(editable?.allow)]);
  });
});

const names = fc.uniqueArray(fc.constantFrom("user:a", "user:b", "group:x", "role:y"), { minLength: 1, maxLength: 3 });
const clock = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
const anyStage: fc.Arbitrary<ApprovalStage> = fc
  .record({
    ...{ approvers: names, approve: fc.integer({ min: 1, max: 3 }), deny: fc.integer({ min: 1, max: 3 }) },
    ...{ decideByMs: clock, remindEveryMs: clock },
    escalate: fc.option(
      fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 4 }), to: names, notify: names }), {
        minLength: 1,
        maxLength: 2,
      }),
      { nil: undefined },
    ),
  })
  .map((stage) => JSON.parse(JSON.stringify(stage)) as ApprovalStage);
const anyTerms: fc.Arbitrary<ApprovalTerms> = fc
  .record({
    ...{ stages: fc.array(anyStage, { minLength: 1, maxLength: 2 }), decideByMs: fc.integer({ min: 1, max: 9 }) },
    reasonPattern: fc.option(fc.uniqueArray(fc.constantFrom("a", "b", "c$"), { minLength: 1 }), { nil: undefined }),
    ...{ executeByMs: clock, requireReason: fc.constantFrom<ApprovalTerms["requireReason"]>(true, false, "on_reject") },
    exclude: fc.constantFrom<ApprovalTerms["exclude"]>(["requester"], ["requester", "previous_stage"]),
    onDrift: fc.constantFrom<ApprovalTerms["onDrift"]>("ask_again", "deny"),
  })
  .map((terms) => JSON.parse(JSON.stringify(terms)) as ApprovalTerms);

/** Names that a stage lets vote at an instant. */
function votersAt({ approvers, escalate = [] }: ApprovalStage, atMs: number): string[] {
  return [...approvers, ...escalate.filter(({ afterMs }) => afterMs <= atMs).flatMap(({ to }) => to)];
}

/** Whether terms take a vote's reason. */
function takes(
  terms: Readonly<ApprovalTerms>,
  { decision, reason }: Pick<ReceivedVote, "decision" | "reason">,
): boolean {
  const state = {
    ...{ round: 1, digest: "d", requesters: ["agent"], terms, openedAtMs: 0, decideByAtMs: 1 },
    ...{ progress: openingProgress(0), counted: [], resolution: undefined },
  };
  const vote = {
    ...{ id: "v", voter: "ada", decision, reason, round: 1, digest: "d", stage: 0, madeAtMs: 0, authentic: true },
  };
  return refuseVote(state, vote, () => true) === undefined;
}

describe("mergeApprovalTerms properties", () => {
  it("mergeApprovalTerms() is satisfied again by what it merged", () => {
    fc.assert(
      fc.property(anyTerms, anyTerms, (first, second) => {
        const merged = mergeApprovalTerms(first, second);
        expect(mergeApprovalTerms(merged, merged)).toEqual(merged);
        expect(mergeApprovalTerms(merged, structuredClone(merged))).toEqual(merged);
        if (merged.stages.length > 1) expect(mergeApprovalTerms(merged, second).stages).toEqual(merged.stages);
      }),
    );
  });

  it("mergeApprovalTerms() refuses every reason that one of the two would refuse, and no other", () => {
    const decision = fc.constantFrom<Decision>("approve", "reject");
    const reason = fc.constantFrom(undefined, " ", "a", "b", "ab", "c", "abc");
    fc.assert(
      fc.property(anyTerms, anyTerms, fc.record({ decision, reason }), (first, second, vote) => {
        const [merged, ...each] = [mergeApprovalTerms(first, second), first, second].map((terms) => takes(terms, vote));
        expect(merged).toBe(each.every(Boolean));
      }),
    );
  });

  it("mergeApprovalTerms() never lets anybody vote in one stage whom one of the two would not let vote then", () => {
    fc.assert(
      fc.property(anyStage, anyStage, fc.integer({ min: 0, max: 5 }), (first, second, atMs) => {
        const [stage, ...others] = mergeApprovalTerms(staged(first), staged(second)).stages;
        if (stage === undefined || others.length > 0) return;
        const voters = votersAt(stage, atMs);
        for (const each of [first, second]) expect(votersAt(each, atMs)).toEqual(expect.arrayContaining(voters));
        expect(stage.approve).toBe(Math.max(first.approve, second.approve));
        expect(stage.deny).toBe(Math.min(first.deny, second.deny));
      }),
    );
  });
});
