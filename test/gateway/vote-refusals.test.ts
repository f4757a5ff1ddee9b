import { expect, test } from "vitest";
import type { ApprovalTerms } from "../../src/contract/approval-terms.ts";
import type { ReceivedVote } from "../../src/core/approval/state.ts";
import { createRedactor } from "../../src/core/redaction/redactor.ts";
import { describeCode, describeRefusal, showsApproval } from "../../src/gateway/vote-refusals.ts";

const TERMS: ApprovalTerms = {
  stages: [{ approvers: ["role:lead"], approve: 1, deny: 1 }],
  ...{ decideByMs: 3_600_000, exclude: ["requester"], requireReason: true, onDrift: "ask_again" },
};
const VOTE: ReceivedVote = {
  ...{ id: "vote_1", voter: "ada", decision: "approve", reason: undefined, round: 1, digest: "d", stage: 0 },
  ...{ madeAtMs: 0, authentic: true },
};

const groundsOf = (terms: ApprovalTerms) => ({ terms, redact: createRedactor().redact });

test("describeRefusal() says when a reason is asked for, and of which form", () => {
  const missing = describeRefusal("invalid_request", VOTE, groundsOf(TERMS));
  expect(missing.message).toBe("The approval's terms ask for a reason with every vote");
  const onReject = { ...TERMS, requireReason: "on_reject" as const };
  expect(describeRefusal("invalid_request", VOTE, groundsOf(onReject)).message).toContain("with every rejection");
  const pattern = { ...TERMS, reasonPattern: ["^[A-Z]+-\\d+"] };
  expect(describeRefusal("invalid_request", { ...VOTE, reason: "because" }, groundsOf(pattern))).toStrictEqual({
    code: "invalid_request",
    message: "The reason is not of the form that the terms ask for",
    details: { requireReason: true, reasonPattern: "^[A-Z]+-\\d+" },
  });
});

test("describeRefusal() names the places that the terms don't let approvers change, and those that they do", () => {
  const terms = { ...TERMS, edit: { allow: ["/amountCents"] } };
  const refusal = describeRefusal("forbidden", { ...VOTE, edits: ["/amountCents", "/invoiceId"] }, groundsOf(terms));
  expect(refusal).toMatchObject({ details: { misplaced: ["/invoiceId"], editable: ["/amountCents"] } });
  expect(refusal.message).toMatch(/don't let approvers change \/invoiceId$/);
  expect(describeRefusal("forbidden", { ...VOTE, edits: ["/a"] }, groundsOf(TERMS)).details).toMatchObject({
    editable: [],
  });
});

test("describeRefusal() names the first twenty places, and no secret that stands in one", () => {
  const token = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
  const edits = [`/headers/${token}`, ...Array.from({ length: 40 }, (_, index) => `/place${index}`)];
  const refusal = describeRefusal("forbidden", { ...VOTE, edits }, groundsOf(TERMS));
  expect(refusal.details?.["misplaced"]).toHaveLength(20);
  expect(refusal.message).toContain("/place18");
  expect(JSON.stringify(refusal)).not.toMatch(/ghp_|place19/);
});

test("describeRefusal() and describeCode() have words for whatever a vote can be refused with", () => {
  expect(describeRefusal("digest_mismatch", VOTE, groundsOf(TERMS))).toEqual(describeCode("digest_mismatch"));
  expect(describeCode("forbidden")).toEqual({ code: "forbidden", message: "The vote does not count" });
});

test("showsApproval() keeps the approval from whoever has no part in it", () => {
  const codes = ["not_an_approver", "self_approval", "already_resolved", "forbidden"] as const;
  expect(codes.filter((code) => showsApproval({ code }))).toEqual(["already_resolved", "forbidden"]);
});
