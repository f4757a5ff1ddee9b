import { describe, expect, test } from "vitest";
import { refuseVote } from "../../../src/core/approval/refuse-vote.ts";
import type { ApprovalState } from "../../../src/core/approval/state.ts";
import { everyApprover, mayVote } from "../../../src/core/approval/who-may.ts";
import * as events from "./events.ts";

const { OPENED_AT_MS, DECIDE_BY_AT_MS, directoryOf, openApproval, openStage, openTwoStages, stageWith } = events;

const NOW_MS = OPENED_AT_MS + 5_000;
const ESCALATED = stageWith({ escalate: [{ afterMs: 10_000, to: ["role:lead"], notify: ["user:cfo"] }] });

/** Who of these tests' people may vote. */
function voters(state: ApprovalState, nowMs = NOW_MS): string[] {
  return Object.keys(events.PEOPLE).filter((subject) => mayVote(state, { subject, nowMs }, directoryOf()));
}

describe("mayVote()", () => {
  test("mayVote() holds for the open stage's approvers but for whoever asked", () => {
    expect(voters(openApproval())).toEqual(["ada", "ben", "cleo"]);
  });

  test("mayVote() holds for the next stage's approvers once it is open, and where the terms say so not for those before", () => {
    const votes = events.votesBy("cleo");
    const open = openTwoStages();
    expect(voters(open)).toEqual(["ada", "ben", "cleo"]);
    expect(voters(events.stateAfter(open, { votes }))).toEqual(["cleo", "dora"]);
    const strict = openTwoStages({}, { exclude: ["requester", "previous_stage"] });
    expect(voters(events.stateAfter(strict, { votes }))).toEqual(["dora"]);
  });

  test("mayVote() holds for those of an escalation from the millisecond in which it is due, fired or not", () => {
    const state = openApproval({ stages: [ESCALATED] });
    expect(voters(state, OPENED_AT_MS + 9_999)).not.toContain("eve");
    expect(voters(state, OPENED_AT_MS + 10_000)).toContain("eve");
  });

  test("mayVote() holds until the deadline, and for nobody once there is a resolution", () => {
    expect(voters(openStage({ decideByMs: 5_000 }), NOW_MS)).not.toEqual([]);
    expect(voters(openStage({ decideByMs: 5_000 }), NOW_MS + 1)).toEqual([]);
    expect(voters(openApproval(), DECIDE_BY_AT_MS + 1)).toEqual([]);
    expect(voters(events.stateAfter(openApproval(), { cancel: events.cancelOf() }))).toEqual([]);
  });

  test("mayVote() holds for exactly those whose vote the door takes", () => {
    const states = [openApproval({ stages: [ESCALATED] }), openTwoStages(), openStage({ decideByMs: 1 })];
    for (const state of states) {
      for (const subject of Object.keys(events.PEOPLE)) {
        const vote = events.voteOf({ voter: subject, madeAtMs: NOW_MS, stage: state.progress.stage });
        const isTaken = refuseVote(state, vote, directoryOf()) === undefined;
        expect(mayVote(state, { subject, nowMs: NOW_MS }, directoryOf())).toBe(isTaken);
      }
    }
  });
});

test("everyApprover() names those of every stage and escalation once, and nobody who only hears of it", () => {
  const { terms } = openApproval({
    stages: [ESCALATED, stageWith({ approvers: ["group:legal", "group:finance", "when:true"] })],
  });
  expect(everyApprover(terms)).toEqual(["group:finance", "role:lead", "group:legal", "when:true"]);
});
