import { expect, test } from "vitest";
import { factKeyOf } from "../../../src/core/guards/facts.ts";
import { MAX_FACT_TTL_MS, readFacts } from "../../../src/core/guards/read-facts.ts";

const SEEN = { kind: "order_seen", value: "s3cret" };

test("readFacts() reads what an action proved, for 24 hours unless it says otherwise", () => {
  const proved = [SEEN, { kind: "k", value: 1, ttl: "15m" }, { kind: "k", value: true, ttlMs: 1 }];
  expect(readFacts(proved)).toEqual({
    facts: [
      { kind: "order_seen", key: factKeyOf("order_seen", "s3cret"), ttlMs: MAX_FACT_TTL_MS },
      { kind: "k", key: factKeyOf("k", 1), ttlMs: 900_000 },
      { kind: "k", key: factKeyOf("k", true), ttlMs: 1 },
    ],
  });
  expect(readFacts([])).toEqual({ facts: [] });
});

test.each([
  [undefined],
  [null],
  ["order_seen"],
  [SEEN],
  [new Set([SEEN])],
  [Promise.resolve([SEEN])],
  [[SEEN, null]],
  [[SEEN, "s3cret"]],
  [[SEEN, [SEEN]]],
  [[{ value: "s3cret" }]],
  [[{ kind: "", value: "s3cret" }]],
  [[{ kind: "with space", value: "s3cret" }]],
  [[{ kind: "x".repeat(201), value: "s3cret" }]],
  [[{ kind: 7, value: "s3cret" }]],
  [[{ kind: "k" }]],
  [[{ kind: "k", value: null }]],
  [[{ kind: "k", value: ["s3cret"] }]],
  [[{ kind: "k", value: { s3cret: 1 } }]],
  [[{ kind: "k", value: Number.NaN }]],
  [[{ kind: "k", value: 10n }]],
  [[{ kind: "k", value: "s3cret\ud800" }]],
  [[{ ...SEEN, ttlMs: 0 }]],
  [[{ ...SEEN, ttlMs: -1 }]],
  [[{ ...SEEN, ttlMs: 1.5 }]],
  [[{ ...SEEN, ttlMs: Number.NaN }]],
  [[{ ...SEEN, ttlMs: "15m" }]],
  [[{ ...SEEN, ttlMs: MAX_FACT_TTL_MS + 1 }]],
  [[{ ...SEEN, ttl: "0s" }]],
  [[{ ...SEEN, ttl: "25h" }]],
  [[{ ...SEEN, ttl: "s3cret" }]],
  [[{ ...SEEN, ttl: 900_000 }]],
  [[{ ...SEEN, ttl: "15m", ttlMs: 900_000 }]],
  [[{ ...SEEN, tll: "15m" }]],
  [Array.from({ length: 10_001 }, () => SEEN)],
])("readFacts() takes nothing of %o and says why without a value", (proved) => {
  const read = readFacts(proved);
  expect(read).toEqual({ fault: expect.stringMatching(/^(`proves`|Fact \d+ of what `proves`) /) });
  expect(JSON.stringify(read)).not.toContain("s3cret");
});
