import { describe, expect, it, test } from "vitest";
import type { ReceivedVote } from "../../../src/core/approval/approval.ts";
import { advanceApproval, nextChangeAtMs, refuseVote, tallyVotes } from "../../../src/core/approval/approval.ts";
import { cancelOf, DECIDE_BY_AT_MS, eventsOf, OPENED_AT_MS, openApproval, voteOf } from "./events.ts";

describe("advanceApproval()", () => {
  it("leaves an approval pending while nothing has happened", () => {
    const start = openApproval();
    expect(advanceApproval(start, eventsOf())).toEqual({ state: start, judgements: [] });
  });

  it("is approved by one approval, at the instant it was made, with the instant to execute by", () => {
    const vote = voteOf({ reason: "Checked" });
    const { state, judgements } = advanceApproval(openApproval({ executeByMs: 500 }), eventsOf({ votes: [vote] }));
    expect(judgements).toEqual([{ id: "vote_1", state: "counted" }]);
    expect(state.resolution).toEqual({
      status: "approved",
      atMs: vote.madeAtMs,
      by: ["ada"],
      reason: "Checked",
      executeByAtMs: vote.madeAtMs + 500,
    });
  });

  it("is approved without a limit to execute by when the terms name none", () => {
    const { state } = advanceApproval(openApproval(), eventsOf({ votes: [voteOf()] }));
    expect(state.resolution).toMatchObject({ status: "approved", executeByAtMs: undefined });
  });

  it("is rejected by one rejection, which never gives an instant to execute by", () => {
    const vote = voteOf({ decision: "reject", reason: "No need" });
    const { state } = advanceApproval(openApproval({ executeByMs: 500 }), eventsOf({ votes: [vote] }));
    const resolution = { status: "rejected", atMs: vote.madeAtMs, by: ["ada"], reason: "No need" };
    expect(state.resolution).toEqual({ ...resolution, executeByAtMs: undefined });
  });

  it("judges votes in the order they were made, those of one millisecond by their ids", () => {
    const votes = [
      voteOf({ id: "vote_3", voter: "cleo", decision: "reject", madeAtMs: OPENED_AT_MS + 20 }),
      voteOf({ id: "vote_2", voter: "ben", decision: "reject", madeAtMs: OPENED_AT_MS + 10 }),
      voteOf({ id: "vote_1", voter: "ada", madeAtMs: OPENED_AT_MS + 10 }),
    ];
    const { state, judgements } = advanceApproval(openApproval(), eventsOf({ votes }));
    expect(state.resolution).toMatchObject({ status: "approved", by: ["ada"] });
    expect(judgements).toEqual([
      { id: "vote_1", state: "counted" },
      { id: "vote_2", state: "refused", code: "already_resolved" },
      { id: "vote_3", state: "refused", code: "already_resolved" },
    ]);
  });

  it("does not reorder or change what it was given", () => {
    const votes = Object.freeze([voteOf({ id: "b", voter: "ben", madeAtMs: OPENED_AT_MS + 2 }), voteOf({ id: "a" })]);
    const start = Object.freeze(openApproval());
    advanceApproval(start, eventsOf({ votes }));
    expect(votes.map((vote) => vote.id)).toEqual(["b", "a"]);
    expect(start.counted).toEqual([]);
  });

  it("is canceled before any vote is looked at, whenever the vote was made", () => {
    const { state, judgements } = advanceApproval(openApproval(), eventsOf({ votes: [voteOf()], cancel: cancelOf() }));
    const resolution = { status: "canceled", atMs: OPENED_AT_MS + 2_000, by: ["agent"], reason: "Changed my mind" };
    expect(state.resolution).toEqual({ ...resolution, executeByAtMs: undefined });
    expect(judgements).toEqual([{ id: "vote_1", state: "refused", code: "already_resolved" }]);
  });

  it("names nobody for a cancel that was made in Temporal", () => {
    const { state } = advanceApproval(openApproval(), eventsOf({ cancel: cancelOf({ by: undefined }) }));
    expect(state.resolution).toMatchObject({ status: "canceled", by: [] });
  });

  it("lets a resolution stand against a later cancel, vote or deadline", () => {
    const { state: approved } = advanceApproval(openApproval(), eventsOf({ votes: [voteOf()] }));
    const later = voteOf({ id: "vote_2", voter: "ben", decision: "reject" });
    const events = eventsOf({ votes: [later], cancel: cancelOf(), nowMs: DECIDE_BY_AT_MS + 10_000 });
    const { state, judgements } = advanceApproval(approved, events);
    expect(state).toEqual(approved);
    expect(judgements).toEqual([{ id: "vote_2", state: "refused", code: "already_resolved" }]);
  });

  it.each([
    ["is pending in the very millisecond of the deadline", 0, undefined],
    ["expires one millisecond after it", 1, "expired"],
  ])("%s", (_title, pastMs, status) => {
    const { state } = advanceApproval(openApproval(), eventsOf({ nowMs: DECIDE_BY_AT_MS + pastMs }));
    expect(state.resolution?.status).toBe(status);
  });

  it("expires at the deadline itself, however late that is noticed, and by nobody", () => {
    const { state } = advanceApproval(openApproval(), eventsOf({ nowMs: DECIDE_BY_AT_MS + 86_400_000 }));
    const nobody = { by: [], reason: undefined, executeByAtMs: undefined };
    expect(state.resolution).toEqual({ status: "expired", atMs: DECIDE_BY_AT_MS, ...nobody });
  });

  it("counts a vote made in the last millisecond though it is judged a day later", () => {
    const votes = [voteOf({ madeAtMs: DECIDE_BY_AT_MS })];
    const { state } = advanceApproval(openApproval(), eventsOf({ votes, nowMs: DECIDE_BY_AT_MS + 86_400_000 }));
    expect(state.resolution).toMatchObject({ status: "approved", atMs: DECIDE_BY_AT_MS });
  });

  it("refuses a vote made one millisecond after the deadline, and expires", () => {
    const votes = [voteOf({ madeAtMs: DECIDE_BY_AT_MS + 1 })];
    const { state, judgements } = advanceApproval(openApproval(), eventsOf({ votes, nowMs: DECIDE_BY_AT_MS + 1 }));
    expect(judgements).toEqual([{ id: "vote_1", state: "refused", code: "approval_expired" }]);
    expect(state.resolution?.status).toBe("expired");
  });
});

describe("advanceApproval() with thresholds above one", () => {
  it("waits for as many approvals of different people as the terms ask for, and names them all", () => {
    const [first, second] = [voteOf({ id: "vote_1" }), voteOf({ id: "vote_2", voter: "ben" })];
    const { state: half } = advanceApproval(openApproval({ approve: 2 }), eventsOf({ votes: [first] }));
    expect(half).toMatchObject({ resolution: undefined, counted: [{ voter: "ada", decision: "approve" }] });
    const { state: whole } = advanceApproval(half, eventsOf({ votes: [second] }));
    expect(whole.resolution).toMatchObject({ status: "approved", by: ["ada", "ben"] });
  });

  it("counts a person once, however often that person votes", () => {
    const votes = ["vote_1", "vote_2", "vote_3"].map((id) => voteOf({ id }));
    const { state } = advanceApproval(openApproval({ approve: 2 }), eventsOf({ votes }));
    expect(state).toMatchObject({ resolution: undefined, counted: [{ voter: "ada" }] });
  });

  it("takes a person's newest vote for the one before", () => {
    const votes = [
      voteOf({ id: "vote_1", madeAtMs: OPENED_AT_MS + 1 }),
      voteOf({ id: "vote_2", madeAtMs: OPENED_AT_MS + 2, decision: "reject" }),
      voteOf({ id: "vote_3", madeAtMs: OPENED_AT_MS + 3, voter: "ben", decision: "reject" }),
    ];
    const { state } = advanceApproval(openApproval({ approve: 2, deny: 2 }), eventsOf({ votes }));
    expect(state.resolution).toMatchObject({ status: "rejected", by: ["ada", "ben"] });
  });

  it("bears fewer rejections than the terms ask for", () => {
    const votes = [
      voteOf({ id: "vote_1", madeAtMs: OPENED_AT_MS + 1, decision: "reject" }),
      voteOf({ id: "vote_2", madeAtMs: OPENED_AT_MS + 2, voter: "ben" }),
    ];
    const { state } = advanceApproval(openApproval({ deny: 2 }), eventsOf({ votes }));
    expect(state.resolution).toMatchObject({ status: "approved", by: ["ben"] });
  });
});

const RESOLVED = advanceApproval(openApproval(), eventsOf({ votes: [voteOf()] })).state;

test.each<[string, Partial<ReceivedVote>, string | undefined]>([
  ["counts a vote that has everything", {}, undefined],
  ["refuses a row that no door wrote", { authentic: false }, "forbidden"],
  ["refuses the actor", { voter: "agent" }, "self_approval"],
  ["refuses whoever called for the actor", { voter: "helper" }, "self_approval"],
  ["refuses a requester's rejection too", { voter: "agent", decision: "reject" }, "self_approval"],
  ["refuses whom the terms don't name", { eligible: false }, "not_an_approver"],
  ["refuses a vote made too late", { madeAtMs: DECIDE_BY_AT_MS + 1 }, "approval_expired"],
  ["refuses a vote on another digest", { digest: "d2" }, "digest_mismatch"],
  ["refuses a vote on another round", { round: 2 }, "digest_mismatch"],
  ["says forbidden of a forged row whatever else is wrong with it", { authentic: false, voter: "agent" }, "forbidden"],
  ["says self_approval to a requester who isn't eligible either", { voter: "agent", eligible: false }, "self_approval"],
])("refuseVote() %s", (_title, change, code) => {
  expect(refuseVote(openApproval(), voteOf(change))).toBe(code);
});

test.each<[string, Partial<ReceivedVote>, string]>([
  ["says already_resolved even to a vote in time", { voter: "ben" }, "already_resolved"],
  ["tells a stranger nothing of the resolution", { voter: "ben", eligible: false }, "not_an_approver"],
])("refuseVote() on a resolved approval %s", (_title, change, code) => {
  expect(refuseVote(RESOLVED, voteOf(change))).toBe(code);
});

test.each([
  [undefined, "invalid_request"],
  ["", "invalid_request"],
  [" \n\t", "invalid_request"],
  ["TICKET-1", undefined],
])("refuseVote() where the terms ask for a reason and it is %j says %s", (reason, code) => {
  expect(refuseVote(openApproval({ requireReason: true }), voteOf({ reason }))).toBe(code);
});

test("nextChangeAtMs() is one millisecond after the deadline, and none once it is resolved", () => {
  expect(nextChangeAtMs(openApproval())).toBe(DECIDE_BY_AT_MS + 1);
  expect(nextChangeAtMs(RESOLVED)).toBeUndefined();
});

test("nextChangeAtMs() is the first instant at which the clock alone changes the approval", () => {
  const at = nextChangeAtMs(openApproval()) ?? 0;
  expect(advanceApproval(openApproval(), eventsOf({ nowMs: at - 1 })).state.resolution).toBeUndefined();
  expect(advanceApproval(openApproval(), eventsOf({ nowMs: at })).state.resolution?.status).toBe("expired");
});

test.each([
  [[], { approve: 0, reject: 0 }],
  [["approve"], { approve: 1, reject: 0 }],
  [["reject", "approve", "reject"], { approve: 1, reject: 2 }],
] as const)("tallyVotes() of %j is %j", (decisions, tally) => {
  expect(tallyVotes(decisions.map((decision, index) => ({ voter: `voter ${index}`, decision })))).toEqual(tally);
});
