/** Who listens in this process. */
export interface Topics {
  /** Calls every listener with `topic`, each on its own: one that throws keeps neither the others nor the emitter. */
  emit(topic: string): void;
  /** Adds a listener and gives back what removes it. */
  listen(listener: (topic: string) => void): () => void;
}

/** Topics that nobody listens to yet. */
export function createTopics(): Topics {
  // Wrapped, so that one function may listen twice and stop once.
  const listeners = new Set<{ readonly call: (topic: string) => void }>();
  return {
    emit: (topic) => {
      for (const listener of listeners) queueMicrotask(() => listener.call(topic));
    },
    listen: (listener) => {
      const entry = { call: listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  };
}
