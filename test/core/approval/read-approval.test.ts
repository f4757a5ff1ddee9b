import { expect, test } from "vitest";
import { approvalStateOf, type KeptApproval, type KeptVote } from "../../../src/core/approval/read-approval.ts";
import { DECIDE_BY_AT_MS, OPENED_AT_MS, openApproval, openTwoStages, stateAfter, votesBy } from "./events.ts";

const fresh = openApproval();
const kept: KeptApproval = {
  round: 1,
  digest: "d1",
  requesters: ["agent", "helper"],
  terms: JSON.stringify(fresh.terms),
  progress: JSON.stringify(fresh.progress),
  opened_at: OPENED_AT_MS,
  decide_by: DECIDE_BY_AT_MS,
  execute_by: null,
  resolution: null,
};

test("approvalStateOf() of a new approval is one that nobody has voted on", () => {
  expect(approvalStateOf(kept, [])).toEqual(fresh);
});

test("approvalStateOf() takes the votes that stand in the open stage, and no others", () => {
  const second = stateAfter(openTwoStages({ second: { approve: 2 } }), { votes: votesBy("ada") });
  const votes: KeptVote[] = [
    { id: "v1", voter: "ada", decision: "approve", stage: 0, state: "counted" },
    { id: "v2", voter: "ben", decision: "approve", stage: 1, state: "received" },
    { id: "v3", voter: "cleo", decision: "reject", stage: 1, state: "refused" },
    { id: "v4", voter: "dora", decision: "reject", stage: 1, state: "replaced" },
    { id: "v5", voter: "dora", decision: "approve", stage: 1, state: "counted" },
  ];
  const row = { ...kept, terms: JSON.stringify(second.terms), progress: JSON.stringify(second.progress) };
  const counted = [{ id: "v5", voter: "dora", decision: "approve" }];
  expect(approvalStateOf(row, votes)).toEqual({ ...second, counted });
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
