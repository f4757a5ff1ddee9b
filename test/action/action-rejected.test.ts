import { expect, test, vi } from "vitest";
import { ActionRejected, isActionRejected } from "../../src/action/action-rejected.ts";

test("isActionRejected() knows the error by its brand, even from another copy of the module", async () => {
  vi.resetModules();
  const copy = await import("../../src/action/action-rejected.ts");
  expect(copy.ActionRejected).not.toBe(ActionRejected);
  expect(isActionRejected(new copy.ActionRejected("No such invoice", { id: 1 }))).toBe(true);
});

test.each([new Error("x"), { name: "ActionRejected" }, "ActionRejected", null, undefined])(
  "isActionRejected() says no to %s",
  (thrown) => {
    expect(isActionRejected(thrown)).toBe(false);
  },
);
