import { expect, test } from "vitest";
import { createMinuteLimiter } from "../../src/gateway/minute-limiter.ts";

test("admits() lets a key pass once in any minute", () => {
  const limiter = createMinuteLimiter(10);
  const passes = [0, 1, 59_999, 60_000, 119_999, 120_000].map((nowMs) => limiter.admits("a", nowMs));
  expect(passes).toEqual([true, false, false, true, false, true]);
});

test("admits() counts each key for itself", () => {
  const limiter = createMinuteLimiter(10);
  expect([limiter.admits("a", 0), limiter.admits("b", 0)]).toEqual([true, true]);
});

test("admits() lets no more keys pass in a minute than its capacity", () => {
  const limiter = createMinuteLimiter(2);
  const passes = [
    limiter.admits("a", 0),
    limiter.admits("b", 10),
    limiter.admits("c", 20),
    limiter.admits("c", 60_000),
  ];
  expect(passes).toEqual([true, true, false, true]);
});
