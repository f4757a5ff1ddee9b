const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
] as const;

/** A duration in the largest unit that divides it, as policy documents write it: `90s`, `15m`, `24h`; else in milliseconds, `1500 ms`. */
export function durationText(durationMs: number): string {
  const unit = UNITS.find(([unitMs]) => durationMs % unitMs === 0);
  return unit === undefined ? `${durationMs} ms` : `${durationMs / unit[0]}${unit[1]}`;
}
