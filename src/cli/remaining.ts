import type { RemainingLimit } from "../contract/guards.ts";

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
] as const;

/** What is left of each limit, one line each, under a heading that tells which limit it is. */
export function describeRemaining(limits: readonly RemainingLimit[]): Readonly<Record<string, string>> {
  const lines = new Map<string, string>();
  for (const limit of limits) {
    const heading = headingOf(limit);
    // Two limits may read alike and count apart, by keys that are not shown.
    lines.set(lines.has(heading) ? `${heading} (${lines.size + 1})` : heading, lineOf(limit));
  }
  return Object.fromEntries(lines);
}

function headingOf(limit: RemainingLimit): string {
  switch (limit.guard) {
    case "rate":
      return `Rate per ${durationText(limit.perMs)} by ${limit.scope.join(", ")}`;
    case "budget":
      return `Budget ${limit.name} of the ${limit.scope}${limit.period === undefined ? "" : ` in ${limit.period}`}`;
  }
}

function lineOf(limit: RemainingLimit): string {
  switch (limit.guard) {
    case "rate":
      return `${limit.remaining} of ${limit.limit} left`;
    case "budget": {
      const spoken = `${limit.used} used, ${limit.reserved} reserved`;
      if (limit.remaining === undefined || limit.limit === undefined) return `${spoken} ${limit.unit}`;
      return `${limit.remaining} of ${limit.limit} ${limit.unit} left (${spoken})`;
    }
  }
}

/** In the largest unit that divides it, as policy documents write durations. */
function durationText(durationMs: number): string {
  const [unitMs, unit] = UNITS.find(([sizeMs]) => durationMs % sizeMs === 0) ?? ([1_000, "s"] as const);
  return `${durationMs / unitMs}${unit}`;
}
