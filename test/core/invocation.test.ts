import fc from "fast-check";
import { expect, test } from "vitest";
import { InvocationStatus } from "../../src/contract/invocation.ts";
import {
  canMove,
  isClosed,
  isFinal,
  judgeAbandoned,
  judgeProbe,
  mayRun,
  mayStillActMs,
  probingMs,
  PROBE_WAITS_MS,
} from "../../src/core/invocation.ts";

const ALL = InvocationStatus.options;
const FINAL = ["executed", "failed", "denied", "rejected", "expired", "canceled"] as const;

test.each([
  ["accepted", ["pending", "executing", "failed", "denied", "canceled"]],
  ["pending", ["executing", "failed", "denied", "rejected", "expired", "canceled"]],
  ["executing", ["executed", "failed", "uncertain"]],
  ["uncertain", ["executed", "failed"]],
] as const)("canMove() lets %s become one of %j", (from, next) => {
  expect(ALL.filter((to) => canMove(from, to)).toSorted()).toEqual(next.toSorted());
});

test.each(FINAL)("canMove() lets %s become nothing", (from) => {
  expect(ALL.filter((to) => canMove(from, to))).toEqual([]);
});

test("canMove() reaches every state from accepted, and stays in a final one", () => {
  const reached = new Set<InvocationStatus>(["accepted"]);
  for (const from of reached) for (const to of ALL.filter((status) => canMove(from, status))) reached.add(to);
  expect([...reached].toSorted()).toEqual(ALL.toSorted());
});

test("canMove() leads from no final state anywhere, whatever path was walked", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ALL), { maxLength: 20 }), (wishes) => {
      let status: InvocationStatus = "accepted";
      for (const wish of wishes) {
        if (!canMove(status, wish)) continue;
        expect(isFinal(status)).toBe(false);
        status = wish;
      }
    }),
  );
});

test("canMove() never leads back to accepted, nor to executed from where nothing was executing", () => {
  expect(ALL.filter((from) => canMove(from, "accepted"))).toEqual([]);
  expect(ALL.filter((from) => canMove(from, "executed")).toSorted()).toEqual(["executing", "uncertain"]);
});

test("isFinal() holds for the states that never change again", () => {
  expect(ALL.filter(isFinal).toSorted()).toEqual(FINAL.toSorted());
});

test("isClosed() holds for the final states and for uncertain, which only a person changes", () => {
  expect(ALL.filter(isClosed).toSorted()).toEqual([...FINAL, "uncertain"].toSorted());
});

test.each([
  ["idempotent", "run"],
  ["inline", "run"],
  ["verifiable", "probe"],
  ["at_most_once", "uncertain"],
] as const)("mayRun() in mode %s after an attempt that went silent says %s", (mode, answer) => {
  expect(mayRun(mode, "started")).toBe(answer);
});

test.each(["idempotent", "inline", "verifiable", "at_most_once"] as const)(
  "mayRun() in mode %s runs the first attempt, and another after a reported error",
  (mode) => {
    expect([mayRun(mode, undefined), mayRun(mode, "erred")]).toEqual(["run", "run"]);
  },
);

test.each([
  ["erred", "erred"],
  ["started", "uncertain"],
] as const)("judgeAbandoned() of a last attempt that is %s says %s", (last, known) => {
  expect(judgeAbandoned(last)).toBe(known);
});

test.each([
  ["done", true, "executed"],
  ["done", false, "executed"],
  ["not_done", true, "again"],
  ["not_done", false, "failed"],
  ["unknown", true, "uncertain"],
  ["unknown", false, "uncertain"],
] as const)("judgeProbe() of %s, with another attempt allowed: %s, says %s", (word, mayFollow, judged) => {
  expect(judgeProbe(word, mayFollow)).toBe(judged);
});

test("probingMs() leaves every question its time, and every wait between two", () => {
  const waitsMs = PROBE_WAITS_MS.reduce((sum, waitMs) => sum + waitMs, 0);
  expect(probingMs(1_000) - waitsMs).toBe((PROBE_WAITS_MS.length + 1) * 1_000);
});

test("mayStillActMs() gives an attempt its time and five seconds, and never less than nothing", () => {
  const attempt = { startedAtMs: 1_000, attemptTimeoutMs: 2_000 };
  expect([1_000, 7_999, 8_000, 60_000].map((nowMs) => mayStillActMs(attempt, nowMs))).toEqual([7_000, 1, 0, 0]);
});
