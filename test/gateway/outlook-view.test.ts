import { describe, expect, test } from "vitest";
import { viewOutlook } from "../../src/gateway/outlook-view.ts";
import {
  cancelOf,
  OPENED_AT_MS,
  openApproval,
  openStage,
  openTwoStages,
  stageWith,
  stateAfter,
  votesBy,
} from "../core/approval/events.ts";

const at = (afterMs: number) => new Date(OPENED_AT_MS + afterMs).toISOString();

describe("viewOutlook()", () => {
  test("viewOutlook() says what one yes, one no and silence do", () => {
    expect(viewOutlook(openApproval())).toEqual({
      onApprove: { says: "The call runs as soon as one person approves" },
      onReject: { says: "The call is rejected, and never runs, as soon as one person rejects" },
      onSilence: { says: "The approval expires and the call never runs", at: at(60_000) },
    });
  });

  test("viewOutlook() counts how many people are missing, those who stand already taken off", () => {
    const open = openStage({ approve: 3, deny: 2 });
    expect(viewOutlook(open)).toMatchObject({
      onApprove: { says: expect.stringContaining("as soon as 3 people approve") },
      onReject: { says: expect.stringContaining("as soon as 2 people reject") },
    });
    expect(viewOutlook(stateAfter(open, { votes: votesBy("ada", "no ben") }))).toMatchObject({
      onApprove: { says: "The call runs as soon as 2 more people approve" },
      onReject: { says: expect.stringContaining("as soon as one more person rejects") },
    });
  });

  test("viewOutlook() says when an approved call would be void, at the latest", () => {
    expect(viewOutlook(openApproval({ executeByMs: 3_600_000 }))?.onApprove).toEqual({
      says: "The call runs as soon as one person approves; unless it begins within 1h, the approval is void",
      at: at(60_000 + 3_600_000),
    });
  });

  test("viewOutlook() says which stage a yes opens and what that one takes", () => {
    const second = { approve: 2, approvers: ["group:legal", "when: approver.kind == 'user'"] };
    const state = openTwoStages({ first: { decideByMs: 30_000 }, second });
    expect(viewOutlook(state)).toMatchObject({
      onApprove: {
        says: "Stage 2 of 2 (legal) opens as soon as one person approves; in it, 2 people have to approve among group:legal, whoever fits approver.kind == 'user'",
      },
      onSilence: {
        says: "The approval, if this stage is not decided in time, expires and the call never runs",
        at: at(30_000),
      },
    });
    const unnamed = openApproval({ stages: [stageWith(), stageWith()] });
    expect(viewOutlook(unnamed)?.onApprove.says).toMatch(
      /^Stage 2 of 2 opens .*; in it, one person has to approve among group:finance$/,
    );
  });

  test("viewOutlook() names the next reminder and the next escalation, and those before no more", () => {
    const escalate = [
      { afterMs: 20_000, to: [], notify: ["user:cfo"] },
      { afterMs: 10_000, to: ["role:lead"], notify: ["user:cfo"] },
    ];
    const open = openStage({ remindEveryMs: 25_000, escalate });
    expect(viewOutlook(open)?.onSilence.says).toBe(
      `The approval expires and the call never runs; before that, people are reminded at ${at(25_000)} and role:lead may vote as well, user:cfo will hear of it at ${at(10_000)}`,
    );
    const later = stateAfter(open, { nowMs: OPENED_AT_MS + 15_000 });
    expect(viewOutlook(later)?.onSilence.says).toMatch(/user:cfo will hear of it at \S+:25\.000Z$/);
    const last = stateAfter(open, { nowMs: OPENED_AT_MS + 55_000 });
    expect(viewOutlook(last)?.onSilence.says).toBe("The approval expires and the call never runs");
  });

  test("viewOutlook() foresees nothing once the approval is over", () => {
    expect(viewOutlook(stateAfter(openApproval(), { cancel: cancelOf() }))).toBeUndefined();
  });
});
