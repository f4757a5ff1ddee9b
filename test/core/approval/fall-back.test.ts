import { describe, expect, it } from "vitest";
import { advanceApproval } from "../../../src/core/approval/advance.ts";
import type { ApprovalState, ReceivedVote } from "../../../src/core/approval/state.ts";
import {
  directoryWithout,
  eventsOf,
  OPENED_AT_MS,
  openApproval,
  openTwoStages,
  stageWith,
  stateAfter,
  voteOf,
  votesBy,
} from "./events.ts";

const NOW_MS = OPENED_AT_MS + 10_000;

function onStage(stage: number, votes: readonly ReceivedVote[], madeAtMs = NOW_MS): ReceivedVote[] {
  return votes.map((vote) => ({ ...vote, stage, madeAtMs }));
}

function inLegal(first = {}): ApprovalState {
  return stateAfter(openTwoStages({ first: { approve: 2, deny: 2, ...first } }), {
    votes: votesBy("no cleo", "ada", "ben"),
  });
}

describe("fallBack()", () => {
  const events = eventsOf({ votes: onStage(1, votesBy("dora")), nowMs: NOW_MS, isApprover: directoryWithout("ada") });

  it("opens the stage again that somebody approved who is no approver now, instead of approving the whole", () => {
    const { state, happenings } = advanceApproval(inLegal(), events);
    expect(happenings).toEqual([
      { kind: "counted", vote: "dora_1", replaces: undefined },
      { kind: "lapsed", vote: "ada_2", voter: "ada", code: "not_an_approver" },
      { kind: "lapsed", vote: "dora_1", voter: "dora", code: "already_resolved" },
      { kind: "stage_opened", stage: 0 },
    ]);
    expect(state.resolution).toBeUndefined();
    expect(state.counted.map((vote) => vote.id)).toEqual(["cleo_1", "ben_3"]);
    expect(state.progress).toMatchObject({ stage: 0, stageOpenedAtMs: OPENED_AT_MS, done: [] });
  });

  it("goes on from the votes that stood, and asks the stages after it anew", () => {
    const fallen = advanceApproval(inLegal(), events).state;
    const isApprover = directoryWithout("ada");
    const again = stateAfter(fallen, { votes: votesBy("cleo"), nowMs: NOW_MS + 1, isApprover });
    expect(again.progress.done).toMatchObject([{ by: ["ben", "cleo"] }]);
    const votes = onStage(1, votesBy("dora"), NOW_MS + 2);
    const { resolution } = stateAfter(again, { votes, nowMs: NOW_MS + 2, isApprover });
    expect(resolution).toMatchObject({ status: "approved", by: ["ben", "cleo", "dora"] });
  });

  it("goes on by the stage's own clock, without a reminder of the time in which it was closed", () => {
    const state = inLegal({ remindEveryMs: 4_000, decideByMs: 11_000 });
    const { state: fallen, happenings } = advanceApproval(state, events);
    expect(happenings.at(-1)).toEqual({ kind: "stage_opened", stage: 0 });
    expect(fallen.progress.reminded).toBe(2);
    const { resolution } = stateAfter(fallen, { nowMs: NOW_MS + 1_001 });
    expect(resolution).toMatchObject({ status: "expired", atMs: OPENED_AT_MS + 11_000 });
  });

  it("fires no escalation again, but one that was due while the stage was closed", () => {
    const escalate = [2_000, 8_000].map((afterMs) => ({ afterMs, to: ["role:lead"], notify: [] }));
    const start = stateAfter(openTwoStages({ first: { escalate } }), { nowMs: OPENED_AT_MS + 2_500 });
    const second = stateAfter(start, { votes: votesBy("ada") });
    const { happenings } = advanceApproval(second, events);
    const escalated = happenings.filter(({ kind }) => kind === "escalated");
    expect(escalated).toEqual([{ kind: "escalated", stage: 0, index: 1, atMs: OPENED_AT_MS + 8_000 }]);
  });

  it("opens the first of several, and lets the votes of every later one lapse", () => {
    const stages = [stageWith(), stageWith({ approvers: ["role:lead"] }), stageWith({ approvers: ["group:legal"] })];
    let state = stateAfter(openApproval({ stages }), { votes: votesBy("ada") });
    state = stateAfter(state, { votes: onStage(1, votesBy("eve")), nowMs: NOW_MS });
    const votes = onStage(2, votesBy("dora"));
    const isApprover = directoryWithout("ada", "eve");
    const { happenings } = advanceApproval(state, eventsOf({ votes, nowMs: NOW_MS, isApprover }));
    expect(happenings.slice(1)).toEqual([
      { kind: "lapsed", vote: "ada_1", voter: "ada", code: "not_an_approver" },
      { kind: "lapsed", vote: "eve_1", voter: "eve", code: "already_resolved" },
      { kind: "lapsed", vote: "dora_1", voter: "dora", code: "already_resolved" },
      { kind: "stage_opened", stage: 0 },
    ]);
  });

  it("knows the people whom an escalation of the stage had added", () => {
    const escalate = [{ afterMs: 500, to: ["role:lead"], notify: [] }];
    const second = stateAfter(openTwoStages({ first: { escalate } }), { votes: votesBy("eve") });
    const votes = [voteOf({ voter: "dora", stage: 1, madeAtMs: NOW_MS })];
    expect(stateAfter(second, { votes, nowMs: NOW_MS }).resolution?.status).toBe("approved");
  });
});
