import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FactRequirement } from "../../../src/contract/policy.ts";
import {
  factKeyOf,
  judgeCapacity,
  judgeFacts,
  refuseClosedSession,
  type RequiredFact,
  requiredFactsOf,
} from "../../../src/core/guards/facts.ts";
import type { GuardedCallFacts } from "../../../src/core/guards/guarded-call.ts";
import { isRefusal } from "../../../src/core/guards/refusal.ts";

const SEEN: FactRequirement = { kind: "order_seen", from: "/orderId", hint: "Read the order" };

function callOf(input: unknown, session: GuardedCallFacts["session"] = { id: "s1", scope: "default" }) {
  return { tenant: "default", actor: "agent", run: undefined, session, action: "orders.delete", input };
}

function required(requires: readonly FactRequirement[], input: unknown): readonly RequiredFact[] {
  const facts = requiredFactsOf(requires, callOf(input));
  if (isRefusal(facts)) throw new Error(facts.code);
  return facts;
}

/** Whether a call with this value at `/orderId` passes once these values were proven. */
function passes(value: unknown, proven: readonly (string | number | boolean)[]): boolean {
  const keys = new Set(proven.map((one) => factKeyOf("order_seen", one)));
  return judgeFacts(required([SEEN], { orderId: value }), keys) === undefined;
}

describe("factKeyOf()", () => {
  test("factKeyOf() is 64 hexadecimal digits that don't show the value", () => {
    expect(factKeyOf("order_seen", "ord_1")).toMatch(/^[0-9a-f]{64}$/);
  });

  test("factKeyOf() is equal for equal pairs and for no others, whatever their texts add up to", () => {
    const value = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 3 }),
      fc.constantFrom("1", "true", "", "[", '"', ",", "a", "ab"),
      fc.constantFrom(1, 0, 10),
      fc.boolean(),
    );
    const pair = fc.tuple(fc.constantFrom("a", "ab", 'a"', "a,", "[a"), value);
    fc.assert(
      fc.property(pair, pair, (left, right) => {
        const isSame = left[0] === right[0] && left[1] === right[1];
        expect(factKeyOf(...left) === factKeyOf(...right)).toBe(isSame);
      }),
    );
  });
});

describe("requiredFactsOf()", () => {
  test("requiredFactsOf() asks for a session as soon as anything is required", () => {
    const call = { ...callOf({}), session: undefined };
    expect(requiredFactsOf([], call)).toEqual([]);
    expect(requiredFactsOf([SEEN], call)).toMatchObject({
      ...{ kind: "refused", guard: "facts", code: "session_required", retryable: false },
      details: { kinds: ["order_seen"] },
    });
  });

  test("requiredFactsOf() takes a value for one fact and a list for one of each member", () => {
    const [one] = required([SEEN], { orderId: "ord_1" });
    expect(one).toEqual({ ...SEEN, key: factKeyOf("order_seen", "ord_1") });
    expect(required([{ kind: "k", from: "/ids/1" }], { ids: ["a", "b"] })).toEqual([
      { kind: "k", from: "/ids/1", key: factKeyOf("k", "b") },
    ]);
    expect(required([{ kind: "k", from: "/ids" }], { ids: ["a", 2] })).toEqual([
      { kind: "k", from: "/ids", index: 0, key: factKeyOf("k", "a") },
      { kind: "k", from: "/ids", index: 1, key: factKeyOf("k", 2) },
    ]);
  });
});

describe("judgeFacts()", () => {
  test.each([
    [1, ["1"]],
    ["1", [1]],
    [true, ["true", 1]],
    [0, [false, ""]],
    ["ord_1", ["ord_2"]],
    ["ord_1", []],
    [null, ["null", ""]],
    [undefined, ["undefined", ""]],
    [[], ["", "[]"]],
    [{}, ["[object Object]", "{}"]],
    [[["ord_1"]], ["ord_1"]],
    [[{ id: "ord_1" }], ["ord_1"]],
    [["ord_1", null], ["ord_1"]],
    [["ord_1", "ord_2"], ["ord_1"]],
    [
      ["ord_1", 2],
      ["ord_1", "2"],
    ],
    [Number.NaN, ["NaN"]],
    [Number.POSITIVE_INFINITY, ["Infinity"]],
    ["\ud800", ["\ufffd"]],
  ])("judgeFacts() refuses %j where %j is proven", (value, proven) => {
    expect(passes(value, proven)).toBe(false);
  });

  test.each([
    ["ord_1", ["ord_1"]],
    [1, [1]],
    [false, [false]],
    ["", [""]],
    [["ord_1"], ["ord_1"]],
    [
      ["a", "b", "a"],
      ["b", "c", "a"],
    ],
    [
      [1, "1", true],
      [true, "1", 1],
    ],
  ])("judgeFacts() lets %j pass where %j is proven", (value, proven) => {
    expect(passes(value, proven)).toBe(true);
  });

  test("judgeFacts() doesn't take a fact of another kind, nor one place's for another's", () => {
    const proven = new Set([factKeyOf("order_listed", "ord_1")]);
    expect(judgeFacts(required([SEEN], { orderId: "ord_1" }), proven)).toBeDefined();
    const both = required([SEEN, { kind: "order_listed", from: "/other" }], { orderId: "ord_2", other: "ord_1" });
    expect(judgeFacts(both, proven)?.details["missing"]).toEqual([SEEN]);
  });

  test("judgeFacts() tells kind, place, and hints, that it may pass later, and no value", () => {
    const preview = { kind: "preview", from: "/token" };
    const facts = required([SEEN, preview, { ...preview, hint: "Preview it" }], {
      orderId: ["s3cret", 2],
      token: null,
    });
    const refusal = judgeFacts(facts, new Set());
    expect(refusal).toMatchObject({ guard: "facts", code: "fact_missing", retryable: true });
    expect(refusal?.message).toBe("The session has not proven what the action requires: order_seen, preview");
    expect(refusal?.details).toEqual({
      missing: [{ ...SEEN, index: 0 }, { ...SEEN, index: 1 }, preview, { ...preview, hint: "Preview it" }],
      hints: ["Read the order", "Preview it"],
      hint: "Read the order",
    });
    expect(JSON.stringify(refusal)).not.toContain("s3cret");
  });

  test("judgeFacts() names twenty missing facts and counts the rest", () => {
    const facts = required([{ kind: "k", from: "/ids" }], { ids: Array.from({ length: 23 }, (_, id) => id) });
    const { details } = judgeFacts(facts, new Set()) ?? {};
    expect(details).toMatchObject({ more: 3, hints: [] });
    expect(details?.["missing"]).toHaveLength(20);
    expect(details).not.toHaveProperty("hint");
  });

  test("judgeFacts() never lets a list pass that is too long to be looked at", () => {
    const ids = Array.from({ length: 1_001 }, () => "same");
    expect(passes(ids, ["same"])).toBe(false);
    expect(passes(ids.slice(1), ["same"])).toBe(true);
  });

  test("judgeFacts() lets a call pass if and only if each value that it names was proven", () => {
    const value = fc.constantFrom("1", "2", "", 1, 2, 0, true, false);
    const named = fc.oneof(value, fc.array(fc.oneof(value, fc.constantFrom(null, {}, []))), fc.constant(null));
    fc.assert(
      fc.property(named, fc.array(value, { maxLength: 12 }), (wanted, proven) => {
        const members: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
        const isProven = members.length > 0 && members.every((member) => proven.some((one) => one === member));
        expect(passes(wanted, proven)).toBe(isProven);
      }),
    );
  });
});

test("refuseClosedSession() says so, for people and for programs", () => {
  expect(refuseClosedSession()).toMatchObject({
    ...{ code: "session_required", retryable: false, details: { closed: true } },
    message: expect.stringContaining("closed"),
  });
});

test.each([
  ["refuse", 9, false],
  ["refuse", 10, true],
  ["refuse", 11, true],
  ["truncate", 10, false],
] as const)("judgeCapacity() with %s and %i of 10 facts refuses: %s", (onFull, held, refuses) => {
  const refusal = judgeCapacity({ max: 10, onFull }, held);
  expect(refusal !== undefined).toBe(refuses);
  if (!refuses) return;
  expect(refusal).toMatchObject({
    ...{ guard: "facts", code: "too_large", retryable: false, details: { limit: 10, used: held } },
    message: "The session holds as many facts as it may, which is 10",
  });
});
