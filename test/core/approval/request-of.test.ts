import { expect, test } from "vitest";
import { requestOf } from "../../../src/core/approval/request-of.ts";

const KEPT = { action: "billing.issue_refund", actor: "agent", via: null, run: null, input: `{"amountCents":100}` };

test("requestOf() reads the real input, and leaves out what the call doesn't have", () => {
  const request = { action: "billing.issue_refund", actor: "agent", input: { amountCents: 100 } };
  expect(requestOf(KEPT)).toStrictEqual(request);
  const lent = { ...KEPT, via: "helper", run: "nightly" };
  expect(requestOf(lent)).toStrictEqual({ ...request, via: "helper", run: "nightly" });
});
