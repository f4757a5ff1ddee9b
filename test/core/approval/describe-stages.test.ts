import { describe, expect, it } from "vitest";
import { describeStages } from "../../../src/core/approval/describe-stages.ts";
import { cancelOf, DECIDE_BY_AT_MS, OPENED_AT_MS, openTwoStages, stateAfter, voteOf, votesBy } from "./events.ts";

const escalate = [
  { afterMs: 30_000, to: ["user:cto"], notify: [] },
  { afterMs: 2_000, to: ["role:lead"], notify: ["user:cfo"] },
  { afterMs: 60_000, to: ["user:never"], notify: [] },
];
const start = openTwoStages({
  first: { approve: 2, deny: 2, escalate, remindEveryMs: 4_000 },
  second: { decideByMs: 20_000, remindEveryMs: 15_000, escalate: [{ afterMs: 1_000, to: [], notify: ["user:cfo"] }] },
});
const LOOKED_AT_MS = OPENED_AT_MS + 5_000;
const WAITING = {
  name: "legal",
  status: "waiting",
  approvers: ["group:legal"],
  thresholds: { approve: 1, deny: 1 },
  tally: { approve: 0, reject: 0 },
  by: [],
  openedAtMs: undefined,
  deadlineAtMs: undefined,
  remindAtMs: undefined,
  escalations: [{ atMs: undefined, to: [], notify: ["user:cfo"], done: false }],
};

describe("describeStages()", () => {
  it("shows the open stage with every instant that its terms fix, and the one to come without any", () => {
    expect(describeStages(start)).toEqual([
      {
        name: "finance",
        status: "open",
        approvers: ["group:finance"],
        thresholds: { approve: 2, deny: 2 },
        tally: { approve: 0, reject: 0 },
        by: [],
        openedAtMs: OPENED_AT_MS,
        deadlineAtMs: DECIDE_BY_AT_MS,
        remindAtMs: OPENED_AT_MS + 4_000,
        escalations: [
          { atMs: OPENED_AT_MS + 30_000, to: ["user:cto"], notify: [], done: false },
          { atMs: OPENED_AT_MS + 2_000, to: ["role:lead"], notify: ["user:cfo"], done: false },
          { atMs: undefined, to: ["user:never"], notify: [], done: false },
        ],
      },
      WAITING,
    ]);
  });

  it("shows what was fired, whom it added, the next reminder and the tally", () => {
    const [first] = describeStages(stateAfter(start, { votes: votesBy("ada", "no ben") }));
    expect(first).toMatchObject({
      status: "open",
      approvers: ["group:finance", "role:lead"],
      tally: { approve: 1, reject: 1 },
      by: [],
      remindAtMs: OPENED_AT_MS + 8_000,
    });
    expect(first?.escalations.map((escalation) => escalation.done)).toEqual([false, true, false]);
  });

  it("keeps what an approved stage came to, with the instants of what happened in it, and opens the next", () => {
    const half = stateAfter(start, { votes: votesBy("no cleo", "ada") });
    const votes = [voteOf({ id: "v9", voter: "ben", madeAtMs: LOOKED_AT_MS })];
    const [first, second] = describeStages(stateAfter(half, { votes, nowMs: LOOKED_AT_MS }));
    const tally = { approve: 2, reject: 1 };
    const clocks = { openedAtMs: OPENED_AT_MS, deadlineAtMs: DECIDE_BY_AT_MS, remindAtMs: undefined };
    expect(first).toMatchObject({ status: "approved", by: ["ada", "ben"], tally, ...clocks });
    expect(first?.approvers).toEqual(["group:finance", "role:lead"]);
    expect(first?.escalations.map(({ atMs, done }) => [atMs, done])).toEqual([
      [undefined, false],
      [OPENED_AT_MS + 2_000, true],
      [undefined, false],
    ]);
    expect(second).toMatchObject({
      status: "open",
      openedAtMs: LOOKED_AT_MS,
      deadlineAtMs: LOOKED_AT_MS + 20_000,
      remindAtMs: LOOKED_AT_MS + 15_000,
      escalations: [{ atMs: LOOKED_AT_MS + 1_000, done: false }],
    });
  });
});

describe("describeStages() of an approval that is over", () => {
  it("names who rejected a stage, and shows nothing more to come", () => {
    const [first, second] = describeStages(stateAfter(start, { votes: votesBy("ada", "no ben", "no cleo") }));
    expect(first).toMatchObject({ status: "rejected", by: ["ben", "cleo"], remindAtMs: undefined });
    expect(first?.escalations.map((escalation) => escalation.atMs)).toEqual([undefined, undefined, undefined]);
    expect(second).toEqual({ ...WAITING, status: "ended" });
  });

  it("names who approved the last stage", () => {
    const second = stateAfter(start, { votes: votesBy("ada", "ben") });
    const votes = [voteOf({ voter: "dora", stage: 1, madeAtMs: LOOKED_AT_MS })];
    const stages = describeStages(stateAfter(second, { votes }));
    expect(stages.map(({ status, by }) => [status, by])).toEqual([
      ["approved", ["ada", "ben"]],
      ["approved", ["dora"]],
    ]);
  });

  it.each([
    ["canceled", { cancel: cancelOf() }, false],
    ["expired", { nowMs: DECIDE_BY_AT_MS + 1 }, true],
  ])("shows stages of one that was %s as ended by nobody", (_status, change, isFired) => {
    const stages = describeStages(stateAfter(start, change));
    expect(stages.map(({ status, by }) => [status, by])).toEqual([
      ["ended", []],
      ["ended", []],
    ]);
    expect(stages[0]?.escalations.map((escalation) => escalation.done)).toEqual([isFired, isFired, false]);
  });
});
