/** Work that is done again and again, by one at a time: at an interval, and sooner when there is news. */
export interface Turns {
  /** Begins with the first turn, after the interval. */
  start(): void;
  /** Asks for a turn within so many milliseconds, or right after the one under way. */
  wake(withinMs: number): void;
  /** Lets no further turn begin, and waits for the one under way. */
  stop(): Promise<void>;
}

/** Turns of a piece of work that never rejects. */
export function createTurns({
  intervalMs,
  work,
}: {
  readonly intervalMs: number;
  readonly work: () => Promise<void>;
}): Turns {
  let timer: NodeJS.Timeout | undefined;
  let nextAtMs = Infinity;
  let current: Promise<void> | undefined;
  let isStopped = false;

  function schedule(withinMs: number): void {
    const atMs = performance.now() + withinMs;
    if (isStopped || atMs >= nextAtMs) return;
    nextAtMs = atMs;
    clearTimeout(timer);
    if (current === undefined) timer = setTimeout(take, withinMs);
  }

  function take(): void {
    nextAtMs = Infinity;
    current = work().finally(() => {
      current = undefined;
      const wantedMs = nextAtMs - performance.now();
      nextAtMs = Infinity;
      schedule(Math.min(Math.max(wantedMs, 0), intervalMs));
    });
  }

  return {
    start: () => schedule(intervalMs),
    wake: schedule,
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
