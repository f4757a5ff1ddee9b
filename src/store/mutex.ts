/** Runs one piece of work at a time, in the order asked. */
export interface Mutex {
  /** Runs `work` once everything asked before it has settled, and settles as it does. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** A mutex nobody holds. */
export function createMutex(): Mutex {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    run: (work) => {
      const result = tail.then(work);
      tail = result.then(ignore, ignore);
      return result;
    },
  };
}

function ignore(): void {}
