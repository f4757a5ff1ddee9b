import { describe, expect, it } from "vitest";
import { DEFAULT_APPROVAL_TERMS, mergeApprovalTerms } from "../../../../src/core/policy/document/approval-terms.ts";

describe("mergeApprovalTerms", () => {
  const terms = { ...DEFAULT_APPROVAL_TERMS, approvers: ["user:ada", "user:bob"] };

  it("mergeApprovalTerms() keeps the approvers that both name, and without any the first one's", () => {
    expect(mergeApprovalTerms(terms, { ...terms, approvers: ["user:bob"] }).approvers).toEqual(["user:bob"]);
    expect(mergeApprovalTerms(terms, { ...terms, approvers: ["user:eve"] }).approvers).toEqual(terms.approvers);
  });

  it("mergeApprovalTerms() keeps the shorter clocks, and a reason if either wants one", () => {
    const first = { ...terms, decideByMs: 5, executeByMs: 7, requireReason: true };
    const second = { ...terms, decideByMs: 6, executeByMs: 6, remindEveryMs: 3 };
    const merged = { ...terms, decideByMs: 5, executeByMs: 6, remindEveryMs: 3, requireReason: true };
    expect(mergeApprovalTerms(first, second)).toEqual(merged);
    expect(mergeApprovalTerms(second, first)).toEqual(merged);
    expect(mergeApprovalTerms(terms, terms)).toEqual(terms);
  });
});
