import { expect, test } from "vitest";
import { judgeUndoing, type Undoing } from "../../src/core/compensation.ts";

const ASKED_SEQ = 1_000;

test("judgeUndoing() begins where nobody has tried", () => {
  expect(judgeUndoing(undefined, ASKED_SEQ)).toBe("begin");
});

test.each(["accepted", "pending", "executing"] as const)("judgeUndoing() waits for one that is %s", (status) => {
  expect(judgeUndoing({ status, closedSeq: null }, ASKED_SEQ)).toBe("wait");
});

test.each(["failed", "denied", "rejected", "expired", "canceled"] as const)(
  "judgeUndoing() tries one anew that ended as %s only if somebody asked once it had",
  (status: Undoing["status"]) => {
    const judged = [999, 1_001, null].map((closedSeq) => judgeUndoing({ status, closedSeq }, ASKED_SEQ));
    expect(judged).toEqual(["begin", "stopped", "stopped"]);
  },
);

test("judgeUndoing() never tries again what may have taken effect", () => {
  expect(judgeUndoing({ status: "uncertain", closedSeq: 1 }, ASKED_SEQ)).toBe("stopped");
});
