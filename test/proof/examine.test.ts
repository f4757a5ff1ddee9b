import { expect, test } from "vitest";
import { countGroundless } from "../../proof/examine.ts";

const KILLED_AT = 100_000;
const attempt = (startedAtMs: number, finishedAtMs: number) => [{ invocation: "a", startedAtMs, finishedAtMs }];

test("countGroundless() counts what ends uncertain without having been under way at a kill", () => {
  const uncertain = [{ id: "a" }];
  expect(countGroundless(uncertain, attempt(99_900, 103_000), [KILLED_AT])).toBe(0);
  expect(countGroundless(uncertain, attempt(90_000, 91_000), [KILLED_AT])).toBe(1);
  expect(countGroundless(uncertain, attempt(101_000, 104_000), [KILLED_AT])).toBe(1);
  expect(countGroundless(uncertain, [], [KILLED_AT])).toBe(1);
  expect(countGroundless(uncertain, attempt(99_900, 103_000), [])).toBe(1);
});
