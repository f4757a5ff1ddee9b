import { describe, expect, it } from "vitest";
import { advanceApproval } from "../../../src/core/approval/advance.ts";
import type { IsApprover } from "../../../src/core/approval/state.ts";
import {
  DECIDE_BY_AT_MS,
  directoryWithout,
  eventsOf,
  happeningsAfter,
  OPENED_AT_MS,
  openApproval,
  openStage,
  openTwoStages,
  stageWith,
  stateAfter,
  voteOf,
  votesBy,
} from "./events.ts";

const LOOKED_AT_MS = OPENED_AT_MS + 5_000;

describe("settleStage() when somebody lost the role", () => {
  const waiting = stateAfter(openStage({ approve: 2, deny: 2 }), { votes: votesBy("ada", "no ben") });

  it("lets the vote lapse and falls back to the votes that are left", () => {
    const events = eventsOf({ votes: votesBy("cleo"), isApprover: directoryWithout("ada") });
    const { state, happenings } = advanceApproval(waiting, events);
    expect(happenings).toEqual([
      { kind: "counted", vote: "cleo_1", replaces: undefined },
      { kind: "lapsed", vote: "ada_1", voter: "ada", code: "not_an_approver" },
    ]);
    expect(state.resolution).toBeUndefined();
    expect(state.counted.map((vote) => vote.voter)).toEqual(["ben", "cleo"]);
  });

  it("asks for those who rejected as well, and ends the stage where enough are left", () => {
    const happenings = happeningsAfter(waiting, { votes: votesBy("cleo"), isApprover: directoryWithout("ben") });
    expect(happenings.slice(1)).toEqual([
      { kind: "lapsed", vote: "ben_2", voter: "ben", code: "not_an_approver" },
      { kind: "resolved" },
    ]);
  });

  it("doesn't reject by a vote that lapsed", () => {
    const { resolution, counted } = stateAfter(waiting, {
      votes: votesBy("no cleo"),
      isApprover: directoryWithout("ben"),
    });
    expect({ resolution, voters: counted.map((vote) => vote.voter) }).toEqual({
      resolution: undefined,
      voters: ["ada", "cleo"],
    });
  });

  it("asks nobody while nothing is decided", () => {
    const state = stateAfter(openStage({ approve: 3 }), { votes: votesBy("ada") });
    const happenings = happeningsAfter(state, { votes: votesBy("ben"), isApprover: directoryWithout("ada") });
    expect(happenings).toEqual([{ kind: "counted", vote: "ben_1", replaces: undefined }]);
  });

  it("asks for them as approvers of now, an escalation's people included", () => {
    const start = openStage({ approve: 2, escalate: [{ afterMs: 500, to: ["role:lead"], notify: [] }] });
    const { resolution } = stateAfter(start, { votes: votesBy("eve", "ada") });
    expect(resolution).toMatchObject({ status: "approved", by: ["eve", "ada"] });
  });
});

describe("settleStage() when too few people are left", () => {
  const approvers = ["user:ada", "user:ben", "user:cleo"];

  it("rejects at once by those who stand against it, with what the last of them said", () => {
    const votes = votesBy("no ada", "no ben").map((vote) => ({ ...vote, reason: `No, says ${vote.voter}` }));
    const { resolution } = stateAfter(openStage({ approvers, approve: 2, deny: 3 }), { votes });
    expect(resolution).toMatchObject({ status: "rejected", by: ["ada", "ben"], reason: "No, says ben" });
  });

  it("waits while enough are left, and takes a changed mind back into the count", () => {
    const half = stateAfter(openStage({ approvers, approve: 2, deny: 3 }), { votes: votesBy("no ada") });
    expect(half.resolution).toBeUndefined();
    const votes = votesBy("ada", "no ben").map((vote) => ({ ...vote, madeAtMs: OPENED_AT_MS + 4_000 }));
    expect(stateAfter(half, { votes }).resolution).toBeUndefined();
  });

  it.each([
    ["a group could hold anybody", ["user:ada", "group:finance"], []],
    ["an escalation yet to come adds one", ["user:ada"], [{ afterMs: 59_999, to: ["user:ben"], notify: [] }]],
  ])("waits where %s", (_title, approvers, escalate) => {
    const start = openStage({ approvers, escalate, deny: 2 });
    expect(stateAfter(start, { votes: votesBy("no ada") }).resolution).toBeUndefined();
  });

  it("counts on nobody whom an escalation would add at the deadline, nor on a requester", () => {
    const escalate = [{ afterMs: 60_000, to: ["user:ben"], notify: [] }];
    const start = openStage({ approvers: ["user:ada", "user:agent"], escalate, deny: 2 });
    expect(stateAfter(start, { votes: votesBy("no ada") }).resolution).toMatchObject({
      status: "rejected",
      by: ["ada"],
    });
  });

  it("asks first whether those against it may vote still", () => {
    const half = stateAfter(openStage({ approvers, approve: 2, deny: 3 }), { votes: votesBy("no ada") });
    const isApprover: IsApprover = (_approvers, subject) => subject !== "ada";
    const { resolution, counted } = stateAfter(half, { votes: votesBy("no ben"), isApprover });
    expect(resolution).toBeUndefined();
    expect(counted.map((vote) => vote.voter)).toEqual(["ben"]);
  });

  it("says why where it was over before anybody spoke against it", () => {
    const stages = [stageWith(), stageWith({ approvers: ["user:ada"] })];
    const start = openApproval({ stages, exclude: ["requester", "previous_stage"] });
    const { state, happenings } = advanceApproval(start, eventsOf({ votes: votesBy("ada") }));
    const reason = "Too few people are left who could approve";
    expect(state.resolution).toMatchObject({ status: "rejected", by: [], reason, atMs: OPENED_AT_MS + 1_000 });
    expect(happenings.slice(1)).toEqual([{ kind: "stage_opened", stage: 1 }, { kind: "resolved" }]);
  });
});

describe("settleStage() with several stages", () => {
  it("opens the next stage at the time of the look, with fresh clocks, and keeps what the one before came to", () => {
    const start = openTwoStages({ first: { approve: 2, deny: 2 } });
    const { state, happenings } = advanceApproval(start, eventsOf({ votes: votesBy("no ben", "ada", "cleo") }));
    const standing = [
      { id: "ben_1", voter: "ben", decision: "reject" },
      { id: "ada_2", voter: "ada", decision: "approve" },
      { id: "cleo_3", voter: "cleo", decision: "approve" },
    ];
    const clocks = { openedAtMs: OPENED_AT_MS, escalated: 0 };
    expect(state.progress).toEqual({
      stage: 1,
      stageOpenedAtMs: LOOKED_AT_MS,
      done: [{ by: ["ada", "cleo"], atMs: OPENED_AT_MS + 1_002, ...clocks, standing }],
      reminded: 0,
      escalated: 0,
    });
    expect(state).toMatchObject({ counted: [], resolution: undefined });
    expect(happenings.at(-1)).toEqual({ kind: "stage_opened", stage: 1 });
  });

  it("refuses later votes of the look that were made for the stage before", () => {
    const happenings = happeningsAfter(openTwoStages(), { votes: votesBy("ada", "no ben") });
    expect(happenings.at(-1)).toEqual({ kind: "refused", vote: "ben_2", code: "already_resolved" });
  });

  it("is approved by the last stage, by the people of all of them, each named once", () => {
    const second = stateAfter(openTwoStages({ second: { approve: 2 } }), { votes: votesBy("cleo") });
    const votes = votesBy("cleo", "dora").map((vote) => ({ ...vote, stage: 1, madeAtMs: LOOKED_AT_MS + 10 }));
    const { resolution } = stateAfter(second, { votes, nowMs: LOOKED_AT_MS + 20 });
    expect(resolution).toMatchObject({ status: "approved", by: ["cleo", "dora"], atMs: LOOKED_AT_MS + 10 });
  });

  it("is rejected by any stage, by the people of that one", () => {
    const second = stateAfter(openTwoStages(), { votes: votesBy("ada") });
    const votes = [voteOf({ voter: "dora", stage: 1, decision: "reject", madeAtMs: LOOKED_AT_MS })];
    expect(stateAfter(second, { votes }).resolution).toMatchObject({ status: "rejected", by: ["dora"] });
  });

  it("gives a stage that opens after the whole's deadline no time at all", () => {
    const start = openTwoStages();
    const { state, happenings } = advanceApproval(
      start,
      eventsOf({ votes: votesBy("ada"), nowMs: DECIDE_BY_AT_MS + 500 }),
    );
    expect(happenings.slice(1)).toEqual([{ kind: "stage_opened", stage: 1 }, { kind: "resolved" }]);
    expect(state.resolution).toMatchObject({ status: "expired", atMs: DECIDE_BY_AT_MS });
  });
});
