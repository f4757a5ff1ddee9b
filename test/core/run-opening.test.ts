import { expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import { compensationIdOf, openingOf, type OpenedCall, workflowIdOf } from "../../src/core/run-opening.ts";

function openedCall(change: Partial<OpenedCall> = {}): OpenedCall {
  return {
    ...{
      ref: { tenant: "default", id: "ivn_1" as InvocationId },
      taskQueue: "q",
      action: "billing.refund",
      actor: "ada",
    },
    ...{ run: undefined, reason: undefined, digest: "d", input: { invoiceId: "inv_1" } },
    ...change,
  };
}

test("openingOf() gives the run its id, its queue, its argument and words for people", () => {
  expect(openingOf(openedCall())).toStrictEqual({
    ...{ workflowId: "guard:default:ivn_1", taskQueue: "q", memo: { title: "billing.refund for ada", digest: "d" } },
    call: {
      ...{ action: "billing.refund", actor: "ada", input: { invoiceId: "inv_1" }, digest: "d" },
      ...{ tenant: "default", invocation: "ivn_1" },
    },
    summary: "billing.refund for ada",
    details: '**billing.refund** for ada\n\n- invoiceId: "inv_1"\n\nDigest: d',
  });
  expect(workflowIdOf(openedCall().ref)).toBe("guard:default:ivn_1");
});

test("openingOf() keeps run and reason, and escapes what callers wrote", () => {
  const { call, details } = openingOf(openedCall({ run: "r", reason: "Please *now*" }));
  expect(call).toMatchObject({ run: "r", reason: "Please *now*" });
  expect(details).toContain("Reason: Please \\*now\\*");
});

test("openingOf() lists 20 members and tells of the others", () => {
  const input = Object.fromEntries(Array.from({ length: 23 }, (_, index) => [`m${index}`, index]));
  const { details } = openingOf(openedCall({ input }));
  expect(details).toContain("- m19: 19\n- and 3 more");
  expect(details).not.toContain("m20");
});

test.each([null, "text", {}])("openingOf() of the input %j lists nothing", (input) => {
  expect(openingOf(openedCall({ input })).details).toBe("**billing.refund** for ada\n\nDigest: d");
});

test("openingOf() cuts an input short that is longer than a screenful", () => {
  const { input } = openingOf(openedCall({ input: { text: "é".repeat(3_000) } })).call;
  expect(input).toBe(`{"text":"${"é".repeat(3_000)}"}`.slice(0, 4_096) + "…");
});

test("compensationIdOf() tells runs apart whose actors and ids hold the separator, and shortens long ones", () => {
  const ids = [
    compensationIdOf({ tenant: "t", actor: "a:b", run: "c" }),
    compensationIdOf({ tenant: "t", actor: "a", run: "b:c" }),
    compensationIdOf({ tenant: "t", actor: "a", run: "ü".repeat(200) }),
    compensationIdOf({ tenant: "t", actor: "b", run: "ü".repeat(200) }),
  ];
  expect(ids.slice(0, 2)).toEqual(["compensate:t:a%3Ab:c", "compensate:t:a:b%3Ac"]);
  expect(ids[2]).toMatch(/^compensate:t:[0-9a-f]{64}$/);
  expect(new Set(ids).size).toBe(4);
});
