import { expect, test } from "vitest";
import type { ApprovalTerms } from "../../src/contract/approval-terms.ts";
import type { ReceivedVote } from "../../src/core/approval/state.ts";
import { describeCode, describeRefusal, showsApproval } from "../../src/gateway/vote-refusals.ts";

const TERMS: ApprovalTerms = {
  stages: [{ approvers: ["role:lead"], approve: 1, deny: 1 }],
  ...{ decideByMs: 3_600_000, exclude: ["requester"], requireReason: true, onDrift: "ask_again" },
};
const VOTE: ReceivedVote = {
  ...{ id: "vote_1", voter: "ada", decision: "approve", reason: undefined, round: 1, digest: "d", stage: 0 },
  ...{ madeAtMs: 0, authentic: true },
};

test("describeRefusal() says when a reason is asked for, and of which form", () => {
  const missing = describeRefusal("invalid_request", TERMS, VOTE);
  expect(missing.message).toBe("The approval's terms ask for a reason with every vote");
  const onReject = { ...TERMS, requireReason: "on_reject" as const };
  expect(describeRefusal("invalid_request", onReject, VOTE).message).toContain("with every rejection");
  const pattern = { ...TERMS, reasonPattern: ["^[A-Z]+-\\d+"] };
  expect(describeRefusal("invalid_request", pattern, { ...VOTE, reason: "because" })).toStrictEqual({
    code: "invalid_request",
    message: "The reason is not of the form that the terms ask for",
    details: { requireReason: true, reasonPattern: "^[A-Z]+-\\d+" },
  });
});

test("describeRefusal() names the places that the terms don't let approvers change, and those that they do", () => {
  const terms = { ...TERMS, edit: { allow: ["/amountCents"] } };
  const refusal = describeRefusal("forbidden", terms, { ...VOTE, edits: ["/amountCents", "/invoiceId"] });
  expect(refusal).toMatchObject({ details: { misplaced: ["/invoiceId"], editable: ["/amountCents"] } });
  expect(refusal.message).toMatch(/don't let approvers change \/invoiceId$/);
  expect(describeRefusal("forbidden", TERMS, { ...VOTE, edits: ["/a"] }).details).toMatchObject({ editable: [] });
});

test("describeRefusal() and describeCode() have words for whatever a vote can be refused with", () => {
  expect(describeRefusal("digest_mismatch", TERMS, VOTE)).toEqual(describeCode("digest_mismatch"));
  expect(describeCode("forbidden")).toEqual({ code: "forbidden", message: "The vote does not count" });
});

test("showsApproval() keeps the approval from whoever has no part in it", () => {
  const codes = ["not_an_approver", "self_approval", "already_resolved", "forbidden"] as const;
  expect(codes.filter((code) => showsApproval({ code }))).toEqual(["already_resolved", "forbidden"]);
});
