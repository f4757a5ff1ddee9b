const UNIT_MS = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Milliseconds of a duration such as `90s`, `15m`, `24h` or `7d`; undefined when the text is not one. At least one second. */
export function parseDurationMs(text: string): number | undefined {
  const unitMs = UNIT_MS.get(text.slice(-1));
  const count = text.slice(0, -1);
  if (unitMs === undefined || !/^[1-9][0-9]{0,8}$/.test(count)) return undefined;
  return Number(count) * unitMs;
}
