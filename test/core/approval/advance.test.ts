import { describe, expect, it } from "vitest";
import { advanceApproval } from "../../../src/core/approval/advance.ts";
import {
  cancelOf,
  DECIDE_BY_AT_MS,
  eventsOf,
  happeningsAfter,
  OPENED_AT_MS,
  openApproval,
  openStage,
  stateAfter,
  voteOf,
  votesBy,
} from "./events.ts";

const UNSAID = { reason: undefined, executeByAtMs: undefined };

describe("advanceApproval() with nothing and with one vote", () => {
  it("leaves an approval pending while nothing has happened", () => {
    const start = openApproval();
    expect(advanceApproval(start, eventsOf())).toEqual({ state: start, happenings: [] });
  });

  it("is approved by one approval, at the instant it was made, with the instant to execute by", () => {
    const votes = [voteOf({ reason: "Checked" })];
    const { state, happenings } = advanceApproval(openApproval({ executeByMs: 500 }), eventsOf({ votes }));
    const atMs = OPENED_AT_MS + 1_000;
    const said = { reason: "Checked", executeByAtMs: atMs + 500 };
    expect(state.resolution).toEqual({ status: "approved", atMs, by: ["ada"], ...said });
    expect(happenings).toEqual([{ kind: "counted", vote: "vote_1", replaces: undefined }, { kind: "resolved" }]);
  });

  it("is approved without a limit to execute by when the terms name none", () => {
    const { resolution } = stateAfter(openApproval(), { votes: [voteOf()] });
    expect(resolution).toMatchObject({ status: "approved", executeByAtMs: undefined });
  });

  it("is rejected by one rejection, which never gives an instant to execute by", () => {
    const votes = [voteOf({ decision: "reject", reason: "No need" })];
    const { resolution } = stateAfter(openApproval({ executeByMs: 500 }), { votes });
    const atMs = OPENED_AT_MS + 1_000;
    expect(resolution).toEqual({ status: "rejected", atMs, by: ["ada"], ...UNSAID, reason: "No need" });
  });
});

describe("advanceApproval() and the order of things", () => {
  it("judges votes in the order they were made, those of one millisecond by their ids", () => {
    const votes = [
      voteOf({ id: "vote_3", voter: "cleo", decision: "reject", madeAtMs: OPENED_AT_MS + 20 }),
      voteOf({ id: "vote_2", voter: "ben", decision: "reject", madeAtMs: OPENED_AT_MS + 10 }),
      voteOf({ id: "vote_1", voter: "ada", madeAtMs: OPENED_AT_MS + 10 }),
    ];
    expect(happeningsAfter(openApproval(), { votes })).toEqual([
      { kind: "counted", vote: "vote_1", replaces: undefined },
      { kind: "resolved" },
      { kind: "refused", vote: "vote_2", code: "already_resolved" },
      { kind: "refused", vote: "vote_3", code: "already_resolved" },
    ]);
  });

  it("does not reorder or change what it was given", () => {
    const votes = Object.freeze([voteOf({ id: "b", voter: "ben", madeAtMs: OPENED_AT_MS + 2 }), voteOf({ id: "a" })]);
    const start = Object.freeze(openApproval());
    advanceApproval(start, eventsOf({ votes }));
    expect(votes.map((vote) => vote.id)).toEqual(["b", "a"]);
    expect(start.counted).toEqual([]);
  });

  it("lets a resolution stand against a later cancel, vote or deadline", () => {
    const approved = stateAfter(openApproval(), { votes: [voteOf()] });
    const later = voteOf({ id: "vote_2", voter: "ben", decision: "reject" });
    const events = eventsOf({ votes: [later], cancel: cancelOf(), nowMs: DECIDE_BY_AT_MS + 10_000 });
    const { state, happenings } = advanceApproval(approved, events);
    expect(state).toEqual(approved);
    expect(happenings).toEqual([{ kind: "refused", vote: "vote_2", code: "already_resolved" }]);
  });
});

describe("advanceApproval() with a cancel", () => {
  it("is canceled before any vote is looked at, whenever the vote was made", () => {
    const { state, happenings } = advanceApproval(openApproval(), eventsOf({ votes: [voteOf()], cancel: cancelOf() }));
    const said = { reason: "Changed my mind", executeByAtMs: undefined };
    expect(state.resolution).toEqual({ status: "canceled", atMs: OPENED_AT_MS + 2_000, by: ["agent"], ...said });
    expect(happenings).toEqual([{ kind: "resolved" }, { kind: "refused", vote: "vote_1", code: "already_resolved" }]);
  });

  it("names nobody for a cancel that was made in Temporal", () => {
    const { resolution } = stateAfter(openApproval(), { cancel: cancelOf({ by: undefined }) });
    expect(resolution).toMatchObject({ status: "canceled", by: [] });
  });
});

describe("advanceApproval() with thresholds above one", () => {
  it("waits for as many approvals of different people as the terms ask for, and names them all", () => {
    const half = stateAfter(openStage({ approve: 2 }), { votes: votesBy("ada") });
    expect(half).toMatchObject({ resolution: undefined, counted: [{ id: "ada_1", voter: "ada" }] });
    const whole = stateAfter(half, { votes: votesBy("ben") });
    expect(whole.resolution).toMatchObject({ status: "approved", by: ["ada", "ben"] });
  });

  it("counts a person once, however often that person votes, and says which vote each one replaces", () => {
    const { state, happenings } = advanceApproval(
      openStage({ approve: 2 }),
      eventsOf({ votes: votesBy("ada", "ada", "ada") }),
    );
    expect(state).toMatchObject({ resolution: undefined, counted: [{ id: "ada_3" }] });
    expect(happenings).toEqual([
      { kind: "counted", vote: "ada_1", replaces: undefined },
      { kind: "counted", vote: "ada_2", replaces: "ada_1" },
      { kind: "counted", vote: "ada_3", replaces: "ada_2" },
    ]);
  });

  it("takes a person's newest vote for the one before", () => {
    const { resolution } = stateAfter(openStage({ approve: 2, deny: 2 }), {
      votes: votesBy("ada", "no ada", "no ben"),
    });
    expect(resolution).toMatchObject({ status: "rejected", by: ["ada", "ben"] });
  });

  it("bears fewer rejections than the terms ask for", () => {
    const { resolution } = stateAfter(openStage({ deny: 2 }), { votes: votesBy("no ada", "ben") });
    expect(resolution).toMatchObject({ status: "approved", by: ["ben"] });
  });
});

describe("advanceApproval() with an edit", () => {
  const start = openApproval({ edit: { allow: ["/amountCents"] } });
  const edit = voteOf({ edits: ["/amountCents"] });

  it("ends the round with an edit, which counts and decides nothing", () => {
    const { state, happenings } = advanceApproval(start, eventsOf({ votes: [edit] }));
    expect(state).toMatchObject({ resolution: undefined, counted: [{ id: "vote_1", voter: "ada" }] });
    expect(happenings).toEqual([
      { kind: "counted", vote: "vote_1", replaces: undefined },
      { kind: "edited", vote: "vote_1" },
    ]);
  });

  it("refuses every later vote of the look, since it speaks of the input before; a stranger's as a stranger's", () => {
    const later = OPENED_AT_MS + 1_500;
    const votes = [
      edit,
      voteOf({ id: "vote_2", voter: "ben", madeAtMs: later }),
      voteOf({ id: "vote_3", voter: "cleo", madeAtMs: later, edits: ["/amountCents"] }),
      voteOf({ id: "vote_4", voter: "dora", madeAtMs: later }),
    ];
    expect(happeningsAfter(start, { votes }).slice(2)).toEqual([
      { kind: "refused", vote: "vote_2", code: "digest_mismatch" },
      { kind: "refused", vote: "vote_3", code: "digest_mismatch" },
      { kind: "refused", vote: "vote_4", code: "not_an_approver" },
    ]);
  });

  it("doesn't expire a round that an edit ended in time, however late that is judged", () => {
    const { state, happenings } = advanceApproval(start, eventsOf({ votes: [edit], nowMs: DECIDE_BY_AT_MS + 1 }));
    expect(state.resolution).toBeUndefined();
    expect(happenings.at(-1)).toEqual({ kind: "edited", vote: "vote_1" });
  });

  it("takes an edit that changes nothing for a vote on the input as it is", () => {
    expect(stateAfter(start, { votes: [voteOf({ edits: [] })] }).resolution?.status).toBe("approved");
  });
});
