import { describe, expect, it } from "vitest";
import { findClosestWord } from "../../../src/core/policy/document/closest-word.ts";
import { parseDurationMs } from "../../../src/core/policy/document/durations.ts";
import { parsePattern } from "../../../src/core/policy/match/patterns.ts";

describe("parseDurationMs", () => {
  it.each([
    ["1s", 1_000],
    ["90s", 90_000],
    ["15m", 900_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
  ])("parseDurationMs(%j) is %d", (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });

  it.each(["", "h", "0s", "-1h", "1.5h", "01h", "1 h", "1w", "1H", "1e3s", "24", "9999999999s", "１h"])(
    "parseDurationMs(%j) is none",
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );
});

describe("findClosestWord", () => {
  const words = ["action", "effect", "decide_by", "deny"];

  it.each([
    ["acton", "action"],
    ["actoin", "action"],
    ["Effect", "effect"],
    ["decide-by", "decide_by"],
    ["decideby", "decide_by"],
    ["dney", "deny"],
    ["x", undefined],
    ["", undefined],
    ["something_else", undefined],
    ["x".repeat(41), undefined],
  ])("findClosestWord(%j) is %j", (typed, expected) => {
    expect(findClosestWord(typed, words)).toBe(expected);
  });
});

describe("parsePattern", () => {
  it.each([
    ["a.b", "exact"],
    ["a.*", "glob"],
    ["re:^a", "regex"],
    ["~^a", "regex"],
  ])("parsePattern(%j) is of kind %s", (source, kind) => {
    const result = parsePattern(source, { tilde: true });
    expect(result).toMatchObject({ pattern: { kind, source } });
    const answers = "pattern" in result ? ["a.b", "b"].map(result.pattern.matches) : [];
    expect(answers).toEqual([true, false]);
  });

  it("parsePattern() takes a leading tilde for text where it means no regex", () => {
    expect(parsePattern("~/x", { tilde: false })).toMatchObject({ pattern: { kind: "exact" } });
  });
});
