import fc from "fast-check";
import { expect, test } from "vitest";
import { InvocationStatus } from "../../src/contract/invocation.ts";
import type { ClosedStatus } from "../../src/contract/run.ts";
import { type AttemptState, canMove } from "../../src/core/invocation.ts";
import { judgeOrphan } from "../../src/core/run-end.ts";

const OPEN = ["accepted", "pending", "executing"] as const;
const LAST: readonly (AttemptState | undefined)[] = [undefined, "started", "erred", "executed", "failed", "uncertain"];
const TOLD: readonly (ClosedStatus | undefined)[] = [
  undefined,
  ...InvocationStatus.options.filter(
    (status): status is ClosedStatus => status !== "accepted" && status !== "pending" && status !== "executing",
  ),
];

test.each(["accepted", "pending"] as const)("judgeOrphan() cancels what is %s and never began", (status) => {
  expect(judgeOrphan({ status, last: undefined, told: undefined })).toBe("canceled");
});

test.each([
  ["started", "uncertain"],
  ["erred", "failed"],
  [undefined, "uncertain"],
] as const)("judgeOrphan() makes of what is executing, its last attempt %s, %s", (last, expected) => {
  expect(judgeOrphan({ status: "executing", last, told: undefined })).toBe(expected);
});

test.each([
  ["pending", undefined, "executed", "uncertain"],
  ["pending", undefined, "failed", "uncertain"],
  ["pending", undefined, "rejected", "canceled"],
  ["accepted", undefined, "denied", "canceled"],
  ["executing", "erred", "executed", "uncertain"],
  ["executing", "erred", "failed", "failed"],
] as const)("judgeOrphan() of %s, last attempt %s, whose run told %s, is %s", (...row) => {
  const [status, last, told, expected] = row;
  expect(judgeOrphan({ status, last, told })).toBe(expected);
});

test("judgeOrphan() never says that what may have happened has not", () => {
  const orphan = fc.record({
    ...{ status: fc.constantFrom(...OPEN), last: fc.constantFrom(...LAST), told: fc.constantFrom(...TOLD) },
  });
  fc.assert(
    fc.property(orphan, ({ status, last, told }) => {
      const judged = judgeOrphan({ status, last, told });
      const mayHaveBegun = last !== undefined || status === "executing";
      expect(judged === "canceled" && mayHaveBegun).toBe(false);
      expect(judged === "failed" && last !== "erred").toBe(false);
      expect(judged === "uncertain" || canMove(status, judged)).toBe(true);
    }),
  );
});
