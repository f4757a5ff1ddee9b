/** Remembers how to undo each step of a start, and undoes them in reverse order. */
export interface Closers {
  /** Adds the undoing of a step that has just succeeded. */
  add(close: () => unknown): void;
  /** Undoes every step, the last one first; one that fails doesn't keep the others from being undone. Later calls wait for the first. */
  closeAll(): Promise<void>;
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
