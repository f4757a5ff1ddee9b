import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RateLimit } from "../../../src/contract/policy.ts";
import { canonicalJson } from "../../../src/core/canonical.ts";
import type { GuardedCallFacts } from "../../../src/core/guards/guarded-call.ts";
import { type RateCounter, rateCountersOf } from "../../../src/core/guards/rate-counters.ts";
import { isRefusal } from "../../../src/core/guards/refusal.ts";

const LIMIT: RateLimit = { limit: 10, perMs: 60_000, scope: ["tenant"] };
const BY_CUSTOMER: RateLimit = { ...LIMIT, scope: ["input:/customerId"] };
const CALL: GuardedCallFacts = {
  tenant: "acme",
  actor: "agent-7",
  run: "r1",
  session: undefined,
  action: "mail.send",
  input: {},
};

function counters(limits: readonly RateLimit[], call: Partial<GuardedCallFacts> = {}): readonly RateCounter[] {
  const facts = { ...CALL, ...call };
  const found = rateCountersOf(limits, facts, facts.input);
  if (isRefusal(found)) throw new Error(found.code);
  return found;
}

function keyOf(limit: RateLimit, call: Partial<GuardedCallFacts> = {}): string | undefined {
  return counters([limit], call)[0]?.key;
}

function refusalOf(limit: RateLimit, call: Partial<GuardedCallFacts> = {}) {
  return rateCountersOf([limit], { ...CALL, ...call }, {});
}

describe("rateCountersOf()", () => {
  test("rateCountersOf() makes of a limit what is counted, with a key and words", () => {
    const [counter] = counters([{ ...LIMIT, scope: ["run", "actor"], cost: 3 }]);
    expect(counter).toEqual({
      key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      action: "mail.send",
      label: '{"action":"mail.send","scope":{"actor":"agent-7","run":"r1"},"cost":3}',
      cost: 3,
      limits: [{ limit: 10, perMs: 60_000, scope: ["actor", "run"] }],
    });
    expect(counters([])).toEqual([]);
  });

  test("rateCountersOf() hashes the tuple of what is counted, as it did before", () => {
    const tuple = '{"owner":["action","mail.send"],"scope":[["input:/customerId","c1"]]}';
    const hash = createHash("sha256").update(tuple).digest("hex");
    expect(keyOf(BY_CUSTOMER, { input: { customerId: "c1" } })).toBe(hash.slice(0, 32));
  });

  test("rateCountersOf() counts each action by itself unless limits name the same key", () => {
    const other = { action: "mail.list" };
    expect(keyOf(LIMIT, other)).not.toBe(keyOf(LIMIT));
    expect(keyOf({ ...LIMIT, key: "mail" }, other)).toBe(keyOf({ ...LIMIT, key: "mail" }));
    expect(keyOf({ ...LIMIT, key: "mail.send" })).not.toBe(keyOf(LIMIT));
    expect(counters([{ ...LIMIT, key: "mail" }])[0]?.label).toBe('{"key":"mail","scope":{"tenant":"acme"}}');
  });

  test("rateCountersOf() counts by what its scopes stand for, in whatever order they are named", () => {
    const byActor: RateLimit = { ...LIMIT, scope: ["actor"] };
    const byRun: RateLimit = { ...LIMIT, scope: ["run"] };
    expect(keyOf(byActor, { run: "r2" })).toBe(keyOf(byActor));
    expect(keyOf(byActor, { actor: "ann" })).not.toBe(keyOf(byActor));
    expect(keyOf(byRun, { run: "r2" })).not.toBe(keyOf(byRun));
    expect(keyOf(byRun, { actor: "ann" })).not.toBe(keyOf(byRun));
    expect(keyOf(LIMIT, { actor: "ann", run: undefined })).toBe(keyOf(LIMIT));
    expect(keyOf({ ...LIMIT, scope: ["run", "actor", "run"] })).toBe(keyOf({ ...LIMIT, scope: ["actor", "run"] }));
  });

  test("rateCountersOf() tells values of the input apart by type, and absence from null", () => {
    const values = [1, "1", true, "true", null, "null", undefined, "", 0, [], {}, [1], ["1"], { a: 1 }];
    const keys = values.map((customerId) => keyOf(BY_CUSTOMER, { input: { customerId } }));
    expect(new Set(keys).size).toBe(values.length);
    expect(keyOf(BY_CUSTOMER, { input: {} })).toBe(keyOf(BY_CUSTOMER, { input: [] }));
  });

  test("rateCountersOf() gives two inputs one counter if and only if their JSON is the same", () => {
    const property = fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      const [one, other] = [left, right].map((customerId) => keyOf(BY_CUSTOMER, { input: { customerId } }));
      expect(one === other).toBe(canonicalJson(left) === canonicalJson(right));
    });
    fc.assert(property);
  });

  test("rateCountersOf() never joins neighbouring values", () => {
    const both: RateLimit = { ...LIMIT, scope: ["input:/a", "input:/b"] };
    expect(keyOf(both, { input: { a: "x", b: "yz" } })).not.toBe(keyOf(both, { input: { a: "xy", b: "z" } }));
    expect(keyOf(both, { input: { a: "x" } })).not.toBe(keyOf(both, { input: { b: "x" } }));
  });

  test("rateCountersOf() makes one counter of limits on the same calls, with every window", () => {
    const hourly = { ...LIMIT, limit: 100, perMs: 3_600_000 };
    const [counter, ...others] = counters([LIMIT, hourly, { ...LIMIT, limit: 5, cost: 1 }, { ...hourly, limit: 200 }]);
    expect(others).toEqual([]);
    expect(counter).toMatchObject({ cost: 1 });
    expect(counter?.limits).toEqual([
      { limit: 5, perMs: 60_000, scope: ["tenant"] },
      { limit: 100, perMs: 3_600_000, scope: ["tenant"] },
    ]);
  });

  test("rateCountersOf() counts an action's own limits in each measure apart, and sorts by key", () => {
    const limits = ["a", "b", "c", "d"].map((key) => ({ ...LIMIT, key }));
    const found = counters([...limits, LIMIT, { ...LIMIT, cost: 2 }, { ...LIMIT, cost: "input:/n" }], {
      input: { n: 7 },
    });
    expect(found.map(({ cost }) => cost).toSorted((left, right) => left - right)).toEqual([1, 1, 1, 1, 1, 2, 7]);
    expect(found.map(({ key }) => key)).toEqual(found.map(({ key }) => key).toSorted());
  });

  test("rateCountersOf() keeps ten calls a minute and a thousand items an hour of one action apart", () => {
    const items: RateLimit = { ...LIMIT, limit: 1_000, perMs: 3_600_000, cost: "input:/count" };
    const found = counters([LIMIT, items], { input: { count: 1 } });
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(
      expect.objectContaining({ limits: [{ limit: 10, perMs: 60_000, scope: ["tenant"] }] }),
    );
    const labels = found.map(({ label }) => label).toSorted();
    expect(labels).toEqual([
      '{"action":"mail.send","scope":{"tenant":"acme"},"cost":"input:/count"}',
      '{"action":"mail.send","scope":{"tenant":"acme"}}',
    ]);
  });

  test("rateCountersOf() lets actions that name the same key share it, whatever their calls count for", () => {
    const one: RateLimit = { ...LIMIT, key: "mail" };
    const many: RateLimit = { ...one, cost: "input:/count" };
    const call = { action: "mail.bulk", input: { count: 40 } };
    expect(keyOf(many, call)).toBe(keyOf(one));
    expect(keyOf({ ...one, cost: 3 }, call)).toBe(keyOf(one));
    expect(counters([many], call)).toMatchObject([{ cost: 40, label: '{"key":"mail","scope":{"tenant":"acme"}}' }]);
    expect(keyOf({ ...many, scope: ["actor"] }, call)).not.toBe(keyOf(one));
  });

  test("rateCountersOf() charges limits of one call on one key once, with the highest of their costs", () => {
    const hourly: RateLimit = { ...LIMIT, perMs: 3_600_000, limit: 100, key: "mail", cost: "input:/count" };
    const limits: RateLimit[] = [{ ...LIMIT, key: "mail", cost: 2 }, hourly];
    const costsOf = (count: number) =>
      [limits, limits.toReversed()].map((order) => counters(order, { input: { count } }));
    for (const [count, cost] of [
      [0, 2],
      [7, 7],
    ] as const) {
      for (const found of costsOf(count)) {
        expect(found).toMatchObject([{ cost }]);
        expect(new Set(found[0]?.limits.map(({ limit }) => limit))).toEqual(new Set([10, 100]));
      }
    }
  });

  test("rateCountersOf() refuses a scope of runs for a call without one", () => {
    const refusal = refusalOf({ ...LIMIT, scope: ["tenant", "run"] }, { run: undefined });
    expect(refusal).toMatchObject({ kind: "refused", guard: "rate", code: "run_required", retryable: false });
  });

  test("rateCountersOf() takes what a call counts for from the input, nothing included", () => {
    const limit: RateLimit = { ...LIMIT, cost: "input:/items/0/count" };
    for (const count of [0, 1, 1_000_000_000]) {
      expect(counters([limit], { input: { items: [{ count }] } })).toMatchObject([{ cost: count }]);
    }
  });

  test("rateCountersOf() refuses what is no whole number within bounds, by its place and not its value", () => {
    const limit: RateLimit = { ...LIMIT, cost: "input:/count" };
    for (const count of [-4, 1.5, 1_000_000_001, 2 ** 53, NaN, Infinity, "47", null, [4], undefined]) {
      const refusal = refusalOf(limit, { input: { count } });
      expect(refusal).toMatchObject({ guard: "rate", code: "invalid_input", retryable: false, details: {} });
      expect(refusal).toHaveProperty(
        "message",
        "What the call counts for, at /count in its input, must be a whole number from 0 to 1000000000",
      );
    }
  });

  test("rateCountersOf() shows only the redacted input in its words", () => {
    const input = { customerId: "secret-4711" };
    const [counter] = rateCountersOf([BY_CUSTOMER], { ...CALL, input }, { customerId: "[redacted]" }) as RateCounter[];
    expect(counter?.label).toBe('{"action":"mail.send","scope":{"input:/customerId":"[redacted]"}}');
    expect(counter?.key).toBe(keyOf(BY_CUSTOMER, { input }));
  });

  test("rateCountersOf() shows values of any kind, long ones cut", () => {
    const labelOf = (customerId: unknown) => counters([BY_CUSTOMER], { input: { customerId } })[0]?.label;
    const around = (shown: string) => `{"action":"mail.send","scope":{"input:/customerId":${shown}}}`;
    expect(labelOf(17)).toBe(around("17"));
    expect(labelOf(null)).toBe(around("null"));
    expect(labelOf(undefined)).toBe(around('"(none)"'));
    expect(labelOf([1, { a: "b" }])).toBe(around(JSON.stringify('[1,{"a":"b"}]')));
    expect(labelOf("x".repeat(100))).toBe(around(`"${"x".repeat(79)}…"`));
    // The cut falls between the two halves of a character.
    expect(labelOf(`${"x".repeat(78)}🧾🧾`)).toBe(around(`"${"x".repeat(78)}…"`));
  });

  test("rateCountersOf() keeps its words to 300 characters", () => {
    const scope = ["a", "b", "c", "d", "e"].map((name) => `input:/${name}`);
    const input = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, "y".repeat(80)]));
    const [counter] = counters([{ ...LIMIT, scope }], { input });
    expect(counter?.label).toHaveLength(300);
    expect(counter?.label.endsWith("…")).toBe(true);
  });
});
