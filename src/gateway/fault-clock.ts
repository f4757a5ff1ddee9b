const MS_PER_SECOND = 1_000;

/** Since when something is wrong. */
export interface FaultAge {
  /** RFC 3339. */
  readonly since: string;
  /** For people, in whole seconds: `12 s`. */
  readonly age: string;
}

/** Remembers since when parts are wrong. */
export interface FaultClock {
  /** Notes how a part is found; gives since when it is wrong, nothing when it isn't. */
  see(part: string, isWrong: boolean): FaultAge | undefined;
}

/** A memory of faults, as old as the looks that found them. */
export function createFaultClock(nowMs: () => number): FaultClock {
  const beganAtMs = new Map<string, number>();
  return {
    see(part, isWrong) {
      if (!isWrong) {
        beganAtMs.delete(part);
        return undefined;
      }
      const now = nowMs();
      const began = beganAtMs.get(part) ?? now;
      beganAtMs.set(part, began);
      const seconds = Math.max(0, Math.floor((now - began) / MS_PER_SECOND));
      return { since: new Date(began).toISOString(), age: `${seconds} s` };
    },
  };
}
