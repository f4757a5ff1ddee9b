/** What a series of calls took. */
export interface Measured {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

/** Makes `count` calls, `callers` at a time, and says how long each took and how many a second there were. */
export async function measure(
  call: () => Promise<unknown>,
  load: { count: number; callers: number },
): Promise<Measured> {
  const tookMs: number[] = [];
  let left = load.count;
  async function callUntilDone(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const start = performance.now();
      await call();
      tookMs.push(performance.now() - start);
    }
  }
  const start = performance.now();
  await Promise.all(Array.from({ length: load.callers }, callUntilDone));
  const elapsedMs = performance.now() - start;
  return {
    p50Ms: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
    perSecond: (load.count / elapsedMs) * 1_000,
  };
}

/** The value below which this part of the values lies. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
