import { describe, expect, it } from "vitest";
import { foreseeOutcome } from "../../../src/core/approval/outlook.ts";
import {
  DECIDE_BY_AT_MS,
  OPENED_AT_MS,
  openApproval,
  openStage,
  openTwoStages,
  stageWith,
  stateAfter,
  voteOf,
  votesBy,
} from "./events.ts";

describe("foreseeOutcome()", () => {
  it("of an approval that one vote decides", () => {
    expect(foreseeOutcome(openApproval())).toEqual({
      onApprove: { missing: 0, opensStage: undefined, latestExecuteByAtMs: undefined },
      onReject: { missing: 0 },
      onSilence: { expiresAtMs: DECIDE_BY_AT_MS, nextChangeAtMs: DECIDE_BY_AT_MS + 1 },
    });
  });

  it("says how many more votes it then takes, as votes come in", () => {
    const start = openStage({ approve: 3, deny: 2 });
    const half = stateAfter(start, { votes: votesBy("ada", "no ben") });
    expect([start, half].map(foreseeOutcome)).toMatchObject([
      { onApprove: { missing: 2 }, onReject: { missing: 1 } },
      { onApprove: { missing: 1 }, onReject: { missing: 0 } },
    ]);
  });

  it("knows that a rejection decides earlier where too few people would be left", () => {
    const start = openStage({ approvers: ["user:ada", "user:ben"], approve: 2, deny: 2 });
    expect(foreseeOutcome(start)?.onReject).toEqual({ missing: 0 });
    expect(stateAfter(start, { votes: votesBy("no ada") }).resolution?.status).toBe("rejected");
  });

  it("says which stage a yes opens, and by when the call begins at the latest", () => {
    const start = openTwoStages({ second: { decideByMs: 10_000 } }, { executeByMs: 500 });
    const last = stateAfter(start, { votes: votesBy("ada") });
    expect([start, last].map((state) => foreseeOutcome(state)?.onApprove)).toEqual([
      { missing: 0, opensStage: 1, latestExecuteByAtMs: DECIDE_BY_AT_MS + 500 },
      { missing: 0, opensStage: undefined, latestExecuteByAtMs: OPENED_AT_MS + 15_500 },
    ]);
  });

  it("says what comes first if nobody answers", () => {
    const start = openStage({ remindEveryMs: 20_000, decideByMs: 30_000 });
    const onSilence = { expiresAtMs: OPENED_AT_MS + 30_000, nextChangeAtMs: OPENED_AT_MS + 20_000 };
    expect(foreseeOutcome(start)?.onSilence).toEqual(onSilence);
  });

  it("says nothing once there is a resolution", () => {
    expect(foreseeOutcome(stateAfter(openApproval(), { votes: [voteOf()] }))).toBeUndefined();
  });

  it("never asks for fewer than no votes in a round that an edit ended", () => {
    const start = openApproval({ stages: [stageWith()], edit: { allow: ["/a"] } });
    const edited = stateAfter(start, { votes: [voteOf({ edits: ["/a"] })] });
    expect(foreseeOutcome(edited)?.onApprove.missing).toBe(0);
  });
});
