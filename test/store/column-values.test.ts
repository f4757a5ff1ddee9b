import { describe, expect, test } from "vitest";
import { formatParam, parseColumn } from "../../src/store/column-values.ts";

const TIMESTAMPTZ = 1184;

describe("parseColumn()", () => {
  test.each([
    ["2026-01-31 12:00:00+00", "2026-01-31T12:00:00Z"],
    ["2026-01-31 12:00:00.1+00", "2026-01-31T12:00:00.1Z"],
    ["2026-01-31 12:00:00.123456+02", "2026-01-31T10:00:00.123Z"],
    ["2026-01-31 12:00:00-03:30", "2026-01-31T15:30:00Z"],
  ])("parseColumn() reads the time %s", (text, iso) => {
    expect(parseColumn(TIMESTAMPTZ, text)).toBe(Date.parse(iso));
  });
});

describe("formatParam()", () => {
  test("formatParam() writes what the server reads back as the same array", () => {
    const items = ['"', "\\", ",", "{}", "", "NULL", null, "a\nb"];
    expect(parseColumn(1009, formatParam(items) ?? "")).toEqual(items);
  });
});
