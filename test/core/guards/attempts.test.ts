import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeAttempts, requireRun } from "../../../src/core/guards/attempts.ts";

const CALL = { action: "mail.send", run: "r1" };

describe("requireRun()", () => {
  test("requireRun() passes a call that names its run", () => {
    expect(requireRun("budget", CALL)).toBeUndefined();
  });

  test("requireRun() refuses a call without one, in the name of the guard that asked", () => {
    const refusal = requireRun("budget", { run: undefined });
    expect(refusal).toMatchObject({ kind: "refused", guard: "budget", code: "run_required", retryable: false });
  });
});

describe("judgeAttempts()", () => {
  test("judgeAttempts() passes exactly as many calls as the limit has", () => {
    const property = fc.property(fc.integer({ min: 1, max: 100 }), (perRun) => {
      const calls = Array.from({ length: perRun + 20 }, (_, used) => judgeAttempts(perRun, used, CALL));
      expect(calls.filter((refusal) => refusal === undefined)).toHaveLength(perRun);
      expect(calls[perRun - 1]).toBeUndefined();
    });
    fc.assert(property);
  });

  test("judgeAttempts() refuses for good once the run used them up, and tells which", () => {
    expect(judgeAttempts(3, 5, CALL)).toEqual({
      kind: "refused",
      guard: "attempts",
      code: "attempts_exceeded",
      message: "The run used up its 3 attempts of mail.send",
      retryable: false,
      details: { limit: 3, used: 5, run: "r1" },
    });
  });

  test("judgeAttempts() refuses a call without a run", () => {
    expect(judgeAttempts(3, 0, { ...CALL, run: undefined })).toMatchObject({ guard: "attempts", code: "run_required" });
  });
});
