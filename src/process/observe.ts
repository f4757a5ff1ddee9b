import { createMetrics } from "../adapters/metrics.ts";
import { observeStore } from "../adapters/observed-store.ts";
import { createTracing } from "../adapters/tracing.ts";
import type { Metrics, Tracing } from "../gateway/ports.ts";
import type { Store } from "../store/store.ts";

/** A store whose facts are counted and traced, and who counts and traces. */
export interface Observed {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

/** What one process counts and traces, beginning with what its store writes. */
export function observe(store: Store): Observed {
  const observers = { metrics: createMetrics(), tracing: createTracing() };
  return { store: observeStore(store, observers), ...observers };
}
