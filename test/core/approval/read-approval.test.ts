import { expect, test } from "vitest";
import { approvalStateOf, type KeptApproval, type KeptVote } from "../../../src/core/approval/read-approval.ts";
import { DECIDE_BY_AT_MS, OPENED_AT_MS, openApproval, termsWith } from "./events.ts";

const kept: KeptApproval = {
  round: 1,
  digest: "d1",
  requesters: ["agent", "helper"],
  terms: JSON.stringify(termsWith()),
  decide_by: DECIDE_BY_AT_MS,
  execute_by: null,
  resolution: null,
};

test("approvalStateOf() of a new approval is one that nobody has voted on", () => {
  expect(approvalStateOf(kept, [])).toEqual(openApproval());
});

test("approvalStateOf() takes the votes that were counted, and no others", () => {
  const votes: KeptVote[] = [
    { voter: "ada", decision: "approve", state: "counted" },
    { voter: "ben", decision: "approve", state: "received" },
    { voter: "cleo", decision: "reject", state: "refused" },
  ];
  expect(approvalStateOf(kept, votes).counted).toEqual([{ voter: "ada", decision: "approve" }]);
});

test.each([
  ["approved", "Checked", OPENED_AT_MS + 9_000],
  ["expired", undefined, undefined],
])("approvalStateOf() reads back a resolution that is %s", (status, reason, executeByAtMs) => {
  const at = new Date(OPENED_AT_MS + 1_000).toISOString();
  const resolution = JSON.stringify({ status, at, by: ["ada"], reason, digest: "d1", policyVersion: "1" });
  const row = { ...kept, resolution, execute_by: executeByAtMs ?? null };
  const expected = { status, atMs: OPENED_AT_MS + 1_000, by: ["ada"], reason, executeByAtMs };
  expect(approvalStateOf(row, []).resolution).toEqual(expected);
});
