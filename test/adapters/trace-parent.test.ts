import fc from "fast-check";
import { expect, test } from "vitest";
import { formatTraceParent, parseTraceParent } from "../../src/adapters/trace-parent.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

test("parseTraceParent() reads trace, span and whether it is sampled", () => {
  expect(parseTraceParent(`00-${TRACE}-${SPAN}-01`)).toEqual({
    ...{ traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true },
  });
  expect(parseTraceParent(`00-${TRACE}-${SPAN}-02`)?.traceFlags).toBe(0);
});

test.each([
  undefined,
  "",
  `00-${TRACE}-${SPAN}`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${"0".repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
  `00-${TRACE}-${SPAN}-01 `,
])("parseTraceParent() takes %s for none", (text) => {
  expect(parseTraceParent(text)).toBeUndefined();
});

test("formatTraceParent() writes what parseTraceParent() reads, and nothing for no trace", () => {
  const hex = (length: number) =>
    fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => !/^0+$/.test(text));
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom("00", "01"), (traceId, spanId, flags) => {
      const text = `00-${traceId}-${spanId}-${flags}`;
      expect(formatTraceParent(parseTraceParent(text))).toBe(text);
    }),
  );
  expect(formatTraceParent(undefined)).toBeUndefined();
  expect(formatTraceParent({ traceId: "0".repeat(32), spanId: SPAN, traceFlags: 1 })).toBeUndefined();
});
