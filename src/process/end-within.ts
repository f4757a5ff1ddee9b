/** How an end that takes too long is told. */
export interface EndLimit {
  /** Milliseconds that the end may take. */
  readonly limitMs: number;
  /** Is told that it took longer. */
  readonly note: (line: string) => void;
}

/**
 * Waits for an orderly end, but not for ever: whoever asked a process to end will kill it soon, and what is left is taken up by others.
 * @throws what the end rejects with in time
 */
export async function endWithin(ending: Promise<void>, { limitMs, note }: EndLimit): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => (timer = setTimeout(() => resolve("late"), limitMs)));
  try {
    const ended = await Promise.race([ending, late]);
    if (ended === "late")
      note(`Not everything ended within ${limitMs / 1_000} s; what is left is taken up by another process`);
  } finally {
    clearTimeout(timer);
    ending.catch(() => undefined);
  }
}
