const MINUTE_MS = 60_000;

/** Admits each key at most once in any minute, and bounds how many keys together. */
export interface MinuteLimiter {
  /** Whether the key may pass now; a pass counts. @param nowMs a clock that never goes back */
  admits(key: string, nowMs: number): boolean;
}

/**
 * A limiter in memory.
 * @param capacity passes of all keys together in any minute, and keys remembered at most
 */
export function createMinuteLimiter(capacity: number): MinuteLimiter {
  // Oldest pass first: a key is only set when it isn't there, and a map keeps the order of insertion.
  const passedAtMs = new Map<string, number>();

  return {
    admits(key, nowMs) {
      for (const [oldest, atMs] of passedAtMs) {
        if (nowMs - atMs < MINUTE_MS) break;
        passedAtMs.delete(oldest);
      }
      if (passedAtMs.has(key) || passedAtMs.size >= capacity) return false;
      passedAtMs.set(key, nowMs);
      return true;
    },
  };
}
