/** Remembers how to undo each step of a start, and undoes them in reverse order. */
export interface Closers {
  /** Adds the undoing of a step that has just succeeded. */
  add(close: () => unknown): void;
  /** Undoes every step, the last one first; one that fails doesn't keep the others from being undone. Later calls wait for the first. */
  closeAll(): Promise<void>;
}

/**
 * Carries out a start of several steps. When one fails, the steps before it are undone, so that nothing is left half-started.
 * @throws what the failed step threw
 */
export async function startOrUndo<T>(start: (closers: Closers) => Promise<T>): Promise<T> {
  const closers = createClosers();
  try {
    return await start(closers);
  } catch (error) {
    await closers.closeAll().catch(() => undefined);
    throw error;
  }
}

/** An empty list of closers. */
export function createClosers(): Closers {
  const closers: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  return {
    add: (close) => void closers.push(close),
    closeAll: () => (closing ??= undo(closers)),
  };
}

async function undo(closers: (() => unknown)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, "Not everything could be closed");
}
