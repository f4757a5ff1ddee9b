import { expect, test } from "vitest";
import {
  currentApprovers,
  deadlineOf,
  nextChangeAtMs,
  nextEscalationAtMs,
  nextReminderAtMs,
  stageAt,
} from "../../../src/core/approval/clocks.ts";
import { countDueReminders, reminderAtMs, stageClocks } from "../../../src/core/approval/stage-clocks.ts";
import {
  DECIDE_BY_AT_MS,
  OPENED_AT_MS,
  openApproval,
  openStage,
  openTwoStages,
  stageWith,
  stateAfter,
  termsWith,
  voteOf,
  votesBy,
} from "./events.ts";

const frame = { openedAtMs: 1_000, decideByAtMs: 61_000 };

test.each([
  [undefined, 61_000],
  [20_000, 21_000],
  [90_000, 61_000],
])("stageClocks() of a stage with a limit of %s ms end at %i", (decideByMs, deadlineAtMs) => {
  expect(stageClocks(stageWith(decideByMs === undefined ? {} : { decideByMs }), frame)).toMatchObject({ deadlineAtMs });
});

test("stageClocks() orders escalations by their instants, equal ones as the terms do, and drops those that come too late", () => {
  const escalate = [30_000, 10_000, 60_000, 59_999, 10_000].map((afterMs) => ({ afterMs, to: [], notify: [] }));
  const { escalations } = stageClocks(stageWith({ escalate }), frame);
  expect(escalations.map(({ index, atMs }) => [index, atMs])).toEqual([
    [1, 11_000],
    [4, 11_000],
    [0, 31_000],
    [3, 60_999],
  ]);
});

test.each([
  [undefined, 0],
  [20_000, 2],
  [20_001, 2],
  [19_999, 3],
  [60_000, 0],
  [59_999, 1],
])("stageClocks() with a reminder every %s ms count %i before a deadline after 60,000 ms", (remindEveryMs, count) => {
  const stage = stageWith(remindEveryMs === undefined ? {} : { remindEveryMs });
  expect(stageClocks(stage, frame).reminderCount).toBe(count);
});

test("stageClocks() of a stage that opened after the whole's deadline have nothing left to come", () => {
  const escalate = [{ afterMs: 1, to: [], notify: [] }];
  const clocks = stageClocks(stageWith({ remindEveryMs: 1, escalate }), { openedAtMs: 70_000, decideByAtMs: 61_000 });
  expect(clocks).toMatchObject({ deadlineAtMs: 61_000, reminderCount: 0, escalations: [] });
});

test("reminderAtMs() and countDueReminders() agree on every instant", () => {
  const clocks = stageClocks(stageWith({ remindEveryMs: 20_000 }), frame);
  expect([1, 2, 3].map((number) => reminderAtMs(clocks, number))).toEqual([21_000, 41_000, undefined]);
  const instants = [0, 1_000, 20_999, 21_000, 40_999, 41_000, 900_000];
  expect(instants.map((nowMs) => countDueReminders(clocks, nowMs))).toEqual([0, 0, 0, 1, 1, 2, 2]);
  expect(countDueReminders(stageClocks(stageWith(), frame), 900_000)).toBe(0);
});

test("nextChangeAtMs() is one millisecond after the deadline, and none once it is resolved", () => {
  expect(nextChangeAtMs(openApproval())).toBe(DECIDE_BY_AT_MS + 1);
  expect(nextChangeAtMs(stateAfter(openApproval(), { votes: [voteOf()] }))).toBeUndefined();
});

test("nextChangeAtMs() is the first of the next reminder, the next escalation and the end", () => {
  const escalate = [{ afterMs: 15_000, to: [], notify: [] }];
  let state = openStage({ remindEveryMs: 10_000, escalate, decideByMs: 25_000 });
  const instants = [0, 10_000, 15_000, 20_000].map((afterMs) => {
    state = stateAfter(state, { nowMs: OPENED_AT_MS + afterMs });
    return (nextChangeAtMs(state) ?? 0) - OPENED_AT_MS;
  });
  expect(instants).toEqual([10_000, 15_000, 20_000, 25_001]);
  expect([nextReminderAtMs(state), nextEscalationAtMs(state)]).toEqual([undefined, undefined]);
});

test("deadlineOf() is the open stage's, counted from when it was opened, within the whole's", () => {
  const start = openTwoStages({ first: { decideByMs: 20_000 }, second: { decideByMs: 30_000 } });
  expect(deadlineOf(start)).toBe(OPENED_AT_MS + 20_000);
  const [early, late] = [10_000, 45_000].map((afterMs) =>
    stateAfter(start, { votes: votesBy("ada"), nowMs: OPENED_AT_MS + afterMs }),
  );
  expect(early && deadlineOf(early)).toBe(OPENED_AT_MS + 40_000);
  expect(late && deadlineOf(late)).toBe(DECIDE_BY_AT_MS);
});

test("currentApprovers() adds the people of every escalation that is due, fired or not, each name once", () => {
  const escalate = [{ afterMs: 2_000, to: ["role:lead", "group:finance"], notify: ["user:cfo"] }];
  const state = openStage({ escalate });
  expect(currentApprovers(state, OPENED_AT_MS + 1_999)).toEqual(["group:finance"]);
  expect(currentApprovers(state, OPENED_AT_MS + 2_000)).toEqual(["group:finance", "role:lead"]);
});

test("stageAt() throws for a stage that the terms don't have", () => {
  expect(() => stageAt(termsWith(), 1)).toThrow(new RangeError("The terms have 1 stages and no stage 1"));
});
