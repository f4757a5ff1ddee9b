import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FATIGUE_WINDOW_MS, judgeFatigue, type RequestCount } from "../../../src/core/guards/fatigue.ts";

const NOW_MS = 1_800_000_000_000;
const NOTHING = { open: 0, lastHour: 0, oldestAtMs: NOW_MS };

function counted(name: string, counts: Partial<RequestCount> = {}): RequestCount {
  return { name, ...NOTHING, ...counts };
}

function counts(requester: Partial<RequestCount> = {}, ...groups: readonly RequestCount[]) {
  return { nowMs: NOW_MS, requester: counted("agent", requester), groups };
}

describe("judgeFatigue()", () => {
  test("judgeFatigue() limits nothing that no limit names", () => {
    const many = { open: 1_000, lastHour: 1_000, oldestAtMs: NOW_MS };
    expect(judgeFatigue({}, counts(many, counted("group:finance", many)))).toBeUndefined();
    expect(judgeFatigue({ requester: {}, group: {} }, counts(many, counted("group:finance", many)))).toBeUndefined();
  });

  test("judgeFatigue() refuses the request above the number that may be open, without saying when there is room", () => {
    const limits = { requester: { open: 3 } };
    expect(judgeFatigue(limits, counts({ open: 2 }))).toBeUndefined();
    expect(judgeFatigue(limits, counts({ open: 3 }))).toEqual({
      ...{ kind: "refused", guard: "fatigue", code: "rate_limited", retryable: true },
      message: "There may be at most 3 requests for approval of agent at once",
      details: { by: "requester", name: "agent", limit: 3, used: 3 },
    });
  });

  test("judgeFatigue() refuses the request above an hour's number, until the hour's oldest is an hour old", () => {
    const limits = { group: { perHour: 1 } };
    const finance = counted("group:finance", { lastHour: 1, oldestAtMs: NOW_MS - 60_000 });
    expect(judgeFatigue(limits, counts({}, counted("group:finance")))).toBeUndefined();
    expect(judgeFatigue(limits, counts({}, counted("role:lead"), finance))).toEqual({
      ...{ kind: "refused", guard: "fatigue", code: "rate_limited", retryable: true },
      message: "There may be at most 1 request for approval to group:finance in an hour",
      retryAfterMs: 3_540_000,
      details: { by: "group", name: "group:finance", limit: 1, used: 1, perMs: 3_600_000, retryAfterMs: 3_540_000 },
    });
  });

  test("judgeFatigue() names the requester's limit before the approvers', and waits for the last of full hours", () => {
    const limits = { requester: { perHour: 5 }, group: { perHour: 5 } };
    const group = counted("group:finance", { lastHour: 9, oldestAtMs: NOW_MS });
    const refusal = judgeFatigue(limits, counts({ lastHour: 7, oldestAtMs: NOW_MS - 1_000 }, group));
    expect(refusal).toMatchObject({ retryAfterMs: FATIGUE_WINDOW_MS, details: { by: "requester", used: 7 } });
  });

  test("judgeFatigue() can't tell the time where people have to answer first", () => {
    const limits = { requester: { perHour: 1 }, group: { open: 1 } };
    const group = counted("group:finance", { open: 1 });
    const refusal = judgeFatigue(limits, counts({ lastHour: 1, oldestAtMs: NOW_MS }, group));
    expect(refusal).not.toHaveProperty("retryAfterMs");
    expect(refusal?.details).not.toHaveProperty("retryAfterMs");
  });

  test("judgeFatigue() lets in exactly as many as a limit has, and never says to come back at once", () => {
    const some = fc.integer({ min: 1, max: 20 });
    const property = fc.property(
      fc.record({ open: some, perHour: some }),
      fc.nat(30),
      fc.nat(30),
      (requester, waiting, lastHour) => {
        const refusal = judgeFatigue(
          { requester },
          counts({ open: waiting, lastHour, oldestAtMs: NOW_MS - FATIGUE_WINDOW_MS }),
        );
        expect(refusal === undefined).toBe(waiting < requester.open && lastHour < requester.perHour);
        expect(refusal?.retryAfterMs ?? 1).toBeGreaterThan(0);
      },
    );
    fc.assert(property);
  });
});
