import { describe, expect, it } from "vitest";
import { advanceApproval } from "../../../src/core/approval/advance.ts";
import { nextChangeAtMs } from "../../../src/core/approval/clocks.ts";
import type { Happening } from "../../../src/core/approval/state.ts";
import {
  DECIDE_BY_AT_MS,
  eventsOf,
  happeningsAfter,
  OPENED_AT_MS,
  openApproval,
  openStage,
  openTwoStages,
  stateAfter,
  voteOf,
  votesBy,
} from "./events.ts";

const DAY_MS = 86_400_000;

function reminded(afterMs: number, missed: number, stage = 0): Happening {
  return { kind: "reminded", stage, atMs: OPENED_AT_MS + afterMs, missed };
}

function escalated(afterMs: number, index: number): Happening {
  return { kind: "escalated", stage: 0, index, atMs: OPENED_AT_MS + afterMs };
}

describe("fireClock() at the deadline", () => {
  it.each([
    ["is pending in the very millisecond of the deadline", 0, undefined],
    ["expires one millisecond after it", 1, "expired"],
  ])("%s", (_title, pastMs, status) => {
    const { resolution } = stateAfter(openApproval(), { nowMs: DECIDE_BY_AT_MS + pastMs });
    expect(resolution?.status).toBe(status);
  });

  it("expires at the deadline itself, however late that is noticed, and by nobody", () => {
    const { state, happenings } = advanceApproval(openApproval(), eventsOf({ nowMs: DECIDE_BY_AT_MS + DAY_MS }));
    const nobody = { by: [], reason: undefined, executeByAtMs: undefined };
    expect(state.resolution).toEqual({ status: "expired", atMs: DECIDE_BY_AT_MS, ...nobody });
    expect(happenings).toEqual([{ kind: "resolved" }]);
  });

  it("expires at the open stage's own limit where that comes first", () => {
    const { resolution } = stateAfter(openStage({ decideByMs: 7_000 }), { nowMs: OPENED_AT_MS + 7_001 });
    expect(resolution).toMatchObject({ status: "expired", atMs: OPENED_AT_MS + 7_000 });
  });

  it("counts a vote made in the last millisecond though it is judged a day later", () => {
    const votes = [voteOf({ madeAtMs: DECIDE_BY_AT_MS })];
    const { resolution } = stateAfter(openApproval(), { votes, nowMs: DECIDE_BY_AT_MS + DAY_MS });
    expect(resolution).toMatchObject({ status: "approved", atMs: DECIDE_BY_AT_MS });
  });

  it("refuses a vote made one millisecond after the deadline, and expires", () => {
    const votes = [voteOf({ madeAtMs: DECIDE_BY_AT_MS + 1 })];
    expect(happeningsAfter(openApproval(), { votes, nowMs: DECIDE_BY_AT_MS + 1 })).toEqual([
      { kind: "refused", vote: "vote_1", code: "approval_expired" },
      { kind: "resolved" },
    ]);
  });
});

describe("fireClock() with reminders", () => {
  const start = openStage({ remindEveryMs: 20_000 });

  it("fires a reminder in its very millisecond, once", () => {
    const { state, happenings } = advanceApproval(start, eventsOf({ nowMs: OPENED_AT_MS + 20_000 }));
    expect(happenings).toEqual([reminded(20_000, 0)]);
    expect(happeningsAfter(state, { nowMs: OPENED_AT_MS + 39_999 })).toEqual([]);
    expect(happeningsAfter(state, { nowMs: OPENED_AT_MS + 40_000 })).toEqual([reminded(40_000, 0)]);
  });

  it("fires one for all that are overdue, and says how many were missed", () => {
    expect(happeningsAfter(start, { nowMs: OPENED_AT_MS + 59_000 })).toEqual([reminded(40_000, 1)]);
  });

  it("fires what was due before the deadline, then expires", () => {
    const happenings = happeningsAfter(start, { nowMs: DECIDE_BY_AT_MS + DAY_MS });
    expect(happenings).toEqual([reminded(40_000, 1), { kind: "resolved" }]);
  });

  it("fires none that was due when votes resolve the approval", () => {
    const happenings = happeningsAfter(start, { votes: [voteOf()], nowMs: OPENED_AT_MS + 50_000 });
    expect(happenings.map(({ kind }) => kind)).toEqual(["counted", "resolved"]);
  });

  it("counts a later stage's from when that was opened", () => {
    const second = stateAfter(openTwoStages({ second: { remindEveryMs: 10_000 } }), { votes: votesBy("ada") });
    expect(nextChangeAtMs(second)).toBe(OPENED_AT_MS + 15_000);
    expect(happeningsAfter(second, { nowMs: OPENED_AT_MS + 15_000 })).toEqual([reminded(15_000, 0, 1)]);
  });

  it("does nothing at a look whose clock has gone back", () => {
    const state = stateAfter(start, { nowMs: OPENED_AT_MS + 40_000 });
    expect(advanceApproval(state, eventsOf({ nowMs: OPENED_AT_MS + 1 }))).toEqual({ state, happenings: [] });
  });
});

describe("fireClock() with escalations", () => {
  const to = { to: ["role:lead"], notify: [] };
  const escalate = [
    { afterMs: 30_000, ...to },
    { afterMs: 10_000, ...to },
    { afterMs: 60_000, ...to },
  ];

  it("fires each once, the earliest first, by its place in the terms", () => {
    const { state, happenings } = advanceApproval(openStage({ escalate }), eventsOf({ nowMs: OPENED_AT_MS + 12_000 }));
    expect(happenings).toEqual([escalated(10_000, 1)]);
    expect(state.progress.escalated).toBe(1);
    expect(happeningsAfter(state, { nowMs: OPENED_AT_MS + 59_000 })).toEqual([escalated(30_000, 0)]);
  });

  it("never fires one at the deadline", () => {
    const happenings = happeningsAfter(openStage({ escalate }), { nowMs: DECIDE_BY_AT_MS + 1 });
    expect(happenings).toEqual([escalated(10_000, 1), escalated(30_000, 0), { kind: "resolved" }]);
  });

  it("fires reminders and escalations in the order in which they were due, a reminder first", () => {
    const start = openStage({ escalate, remindEveryMs: 15_000 });
    const happenings = happeningsAfter(start, { nowMs: OPENED_AT_MS + 30_000 });
    expect(happenings).toEqual([escalated(10_000, 1), reminded(30_000, 1), escalated(30_000, 0)]);
  });
});
