import { describe, expect, it, test } from "vitest";
import { changesInput, isEditable, refuseVote } from "../../../src/core/approval/refuse-vote.ts";
import type { ReceivedVote } from "../../../src/core/approval/state.ts";
import {
  DECIDE_BY_AT_MS,
  directoryOf,
  OPENED_AT_MS,
  openApproval,
  openStage,
  openTwoStages,
  stateAfter,
  termsWith,
  voteOf,
  votesBy,
} from "./events.ts";

const isApprover = directoryOf();
const LATE = { madeAtMs: DECIDE_BY_AT_MS + 1 };
const RESOLVED = stateAfter(openApproval(), { votes: [voteOf()] });

test.each<[string, Partial<ReceivedVote>, string | undefined]>([
  ["counts a vote that has everything", {}, undefined],
  ["counts a vote in the very millisecond of the deadline", { madeAtMs: DECIDE_BY_AT_MS }, undefined],
  ["refuses a row that no door wrote", { authentic: false }, "forbidden"],
  ["refuses the actor", { voter: "agent" }, "self_approval"],
  ["refuses whoever called for the actor", { voter: "helper" }, "self_approval"],
  ["refuses a requester's rejection too", { voter: "agent", decision: "reject" }, "self_approval"],
  ["refuses whom the terms don't name", { voter: "dora" }, "not_an_approver"],
  ["refuses a vote made too late", LATE, "approval_expired"],
  ["refuses a vote on another digest", { digest: "d2" }, "digest_mismatch"],
  ["refuses a vote on another round", { round: 2 }, "digest_mismatch"],
  ["refuses a vote for a stage that isn't open", { stage: 1 }, "already_resolved"],
  ["refuses what whoever knows the input found wrong", { fault: "invalid_input" }, "invalid_input"],
  ["says forbidden of a forged row whatever else is wrong", { authentic: false, voter: "agent" }, "forbidden"],
  ["says approval_expired before digest_mismatch", { ...LATE, digest: "d2" }, "approval_expired"],
  ["says digest_mismatch before already_resolved of a stage", { digest: "d2", stage: 1 }, "digest_mismatch"],
  ["says forbidden of an edit before its fault", { edits: ["/a"], fault: "invalid_input" }, "forbidden"],
])("refuseVote() %s", (_title, change, code) => {
  expect(refuseVote(openApproval(), voteOf(change), isApprover)).toBe(code);
});

test.each<[string, Partial<ReceivedVote>, string]>([
  ["says already_resolved even to a vote in time", { voter: "ben" }, "already_resolved"],
  ["says already_resolved before approval_expired", { voter: "ben", ...LATE }, "already_resolved"],
  ["tells a stranger nothing of the resolution", { voter: "dora" }, "not_an_approver"],
])("refuseVote() on a resolved approval %s", (_title, change, code) => {
  expect(refuseVote(RESOLVED, voteOf(change), isApprover)).toBe(code);
});

describe("refuseVote() where a stage has its own limit and escalations", () => {
  const escalate = [{ afterMs: 2_000, to: ["role:lead"], notify: ["user:dora"] }];
  const state = openStage({ decideByMs: 9_000, escalate });

  it.each([
    ["ada", 9_000, undefined],
    ["ada", 9_001, "approval_expired"],
    ["eve", 1_999, "not_an_approver"],
    ["eve", 2_000, undefined],
    ["dora", 2_000, "not_an_approver"],
  ])("says to %s after %i ms %s", (voter, afterMs, code) => {
    const vote = voteOf({ voter, madeAtMs: OPENED_AT_MS + afterMs });
    expect(refuseVote(state, vote, isApprover)).toBe(code);
  });
});

describe("refuseVote() in a later stage", () => {
  const plain = stateAfter(openTwoStages(), { votes: votesBy("cleo") });
  const excluding = stateAfter(openTwoStages({}, { exclude: ["requester", "previous_stage"] }), {
    votes: votesBy("cleo"),
  });
  const opened = OPENED_AT_MS + 5_000;

  it.each<[string, Partial<ReceivedVote>, string | undefined]>([
    ["counts whoever approved the stage before", { voter: "cleo", stage: 1 }, undefined],
    ["refuses whom only the stage before names", { voter: "ada", stage: 1 }, "not_an_approver"],
    ["knows such a voter as one of that stage, which is over", { voter: "ada" }, "already_resolved"],
    [
      "refuses one made for it before it was open",
      { voter: "dora", stage: 1, madeAtMs: opened - 1 },
      "already_resolved",
    ],
    ["counts one of the very millisecond of its opening", { voter: "dora", stage: 1, madeAtMs: opened }, undefined],
    ["judges a vote of another round by the open stage", { voter: "dora", round: 7 }, "digest_mismatch"],
  ])("%s", (_title, change, code) => {
    expect(refuseVote(plain, voteOf({ madeAtMs: opened + 1_000, ...change }), isApprover)).toBe(code);
  });

  it.each<[string, Partial<ReceivedVote>, string | undefined]>([
    ["refuses whoever approved the stage before", { voter: "cleo", stage: 1 }, "not_an_approver"],
    ["counts somebody else", { voter: "dora", stage: 1 }, undefined],
    ["knows whoever approved that stage as one of it", { voter: "cleo" }, "already_resolved"],
  ])("%s, where the terms exclude them", (_title, change, code) => {
    expect(refuseVote(excluding, voteOf({ madeAtMs: opened + 1_000, ...change }), isApprover)).toBe(code);
  });
});

test.each<[boolean | "on_reject", Partial<ReceivedVote>, string | undefined]>([
  [true, {}, "invalid_request"],
  [true, { reason: "" }, "invalid_request"],
  [true, { reason: " \n\t", decision: "reject" }, "invalid_request"],
  [true, { reason: "TICKET-1" }, undefined],
  ["on_reject", {}, undefined],
  ["on_reject", { decision: "reject" }, "invalid_request"],
  ["on_reject", { decision: "reject", reason: "No" }, undefined],
  [false, { decision: "reject" }, undefined],
])("refuseVote() where requireReason is %j says to %j %s", (requireReason, change, code) => {
  expect(refuseVote(openApproval({ requireReason }), voteOf(change), isApprover)).toBe(code);
});

test.each<[boolean, string | undefined, string | undefined]>([
  [true, "see FIN-12 please", undefined],
  [true, "fine by me", "invalid_request"],
  [false, "fine by me", "invalid_request"],
  [false, " ", undefined],
  [false, undefined, undefined],
])("refuseVote() where a reason has a form and requireReason is %j says to %j %s", (requireReason, reason, code) => {
  const state = openApproval({ requireReason, reasonPattern: ["[A-Z]+-\\d+"] });
  expect(refuseVote(state, voteOf({ reason }), isApprover)).toBe(code);
});

test.each<[string, string | undefined]>([
  ["FIN-12 is paid", undefined],
  ["FIN-12", "invalid_request"],
  ["paid", "invalid_request"],
])("refuseVote() where a reason has two forms says to %j %s", (reason, code) => {
  const state = openApproval({ reasonPattern: ["[A-Z]+-\\d+", "paid$"] });
  expect(refuseVote(state, voteOf({ reason }), isApprover)).toBe(code);
});

test("refuseVote() takes no reason where the pattern is none", () => {
  const state = openApproval({ reasonPattern: ["("] });
  expect(refuseVote(state, voteOf({ reason: "(" }), isApprover)).toBe("invalid_request");
});

test.each<[string, Partial<ReceivedVote>, string | undefined]>([
  ["counts an edit of an allowed place", { edits: ["/amountCents"] }, undefined],
  ["counts an edit below an allowed place", { edits: ["/lines/0/price"] }, undefined],
  ["refuses an edit of another place", { edits: ["/amountCents", "/to"] }, "forbidden"],
  ["refuses an edit of what an allowed place lies in", { edits: ["/lin"] }, "forbidden"],
  ["refuses an edit of the whole input", { edits: [""] }, "forbidden"],
  ["refuses an edit with a rejection", { edits: ["/amountCents"], decision: "reject" }, "forbidden"],
  ["counts a rejection whose edit changes nothing", { edits: [], decision: "reject" }, undefined],
])("refuseVote() %s", (_title, change, code) => {
  const state = openApproval({ edit: { allow: ["/amountCents", "/lines"] } });
  expect(refuseVote(state, voteOf(change), isApprover)).toBe(code);
});

test("isEditable() allows nothing where the terms say nothing, and everything below the whole input", () => {
  expect(isEditable(termsWith(), "/a")).toBe(false);
  expect(isEditable(termsWith({ edit: { allow: [""] } }), "/a/b")).toBe(true);
});

test("changesInput() is about pointers, not about the edit's being there", () => {
  const votes = [voteOf(), voteOf({ edits: [] }), voteOf({ edits: ["/a"] })];
  expect(votes.map(changesInput)).toEqual([false, false, true]);
});
