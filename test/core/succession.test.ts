import { expect, test } from "vitest";
import { InvocationStatus } from "../../src/contract/invocation.ts";
import { isFinal } from "../../src/core/invocation.ts";
import { standsIn } from "../../src/core/succession.ts";

test("standsIn() holds of what may take effect, has, or nobody knows, and of nothing that ended otherwise", () => {
  const standing = InvocationStatus.options.filter(standsIn);
  expect(standing).toEqual(["accepted", "pending", "executing", "executed", "uncertain"]);
  const others = InvocationStatus.options.filter((status) => !standsIn(status));
  expect(others.every(isFinal)).toBe(true);
});
