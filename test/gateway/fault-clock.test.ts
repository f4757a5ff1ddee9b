import { expect, test } from "vitest";
import { createFaultClock } from "../../src/gateway/fault-clock.ts";

test("createFaultClock() tells since when a part is wrong, anew after it was well", () => {
  let nowMs = Date.parse("2026-03-01T12:00:00Z");
  const clock = createFaultClock(() => nowMs);
  expect(clock.see("store", true)).toEqual({ since: "2026-03-01T12:00:00.000Z", age: "0 s" });
  nowMs += 12_700;
  expect(clock.see("store", true)).toEqual({ since: "2026-03-01T12:00:00.000Z", age: "12 s" });
  expect(clock.see("temporal", true)?.age).toBe("0 s");
  expect(clock.see("store", false)).toBeUndefined();
  expect(clock.see("store", true)?.since).toBe("2026-03-01T12:00:12.700Z");
});
