import type { Log } from "../gateway/ports.ts";
import type { Store } from "../store/store.ts";

/** How often content is looked for that is old enough. Our choice: retention is told in days. */
const INTERVAL_MS = 24 * 3_600_000;
/** Before the first look. Our choice: a start has enough to do, and a process that is started anew each day still erases. */
const FIRST_AFTER_MS = 60_000;

/** Which store a process erases from, and when. */
export interface RetentionSchedule {
  readonly store: Pick<Store, "erase" | "isForbidden">;
  /** Milliseconds since a call's end after which its content goes; absent → nothing is erased. */
  readonly retentionMs: number | undefined;
  readonly log: Log;
  /** Milliseconds before the first look; default one minute. */
  readonly firstAfterMs?: number;
}

/**
 * Erases content once a day for as long as the process lives; any number of processes may. What fails is logged and tried again at the
 * next turn. A role that may not erase is told how it is done otherwise.
 * @returns what ends it, once the batch under way has ended
 */
export function startRetention(schedule: RetentionSchedule): () => Promise<void> {
  const { retentionMs: olderThanMs } = schedule;
  if (olderThanMs === undefined) return () => Promise.resolve();
  const stopping = new AbortController();
  let current: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function planAfter(waitMs: number): void {
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => {
      current = look(schedule, { olderThanMs: olderThanMs ?? 0, signal: stopping.signal }).finally(() =>
        planAfter(INTERVAL_MS),
      );
    }, waitMs);
    timer.unref();
  }

  planAfter(schedule.firstAfterMs ?? FIRST_AFTER_MS);
  return async () => {
    stopping.abort();
    clearTimeout(timer);
    await current;
  };
}

async function look(
  { store, log }: RetentionSchedule,
  options: { readonly olderThanMs: number; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const { deleted, ...report } = await store.erase(options);
    const isAny = report.invocations > 0 || Object.values(deleted).some((rows: number) => rows > 0);
    if (isAny) log("info", "Old content was erased", { ...report, deleted });
  } catch (error) {
    if (store.isForbidden(error)) {
      log("error", "This process's database role may not erase; run `countersign erase` with the retention role", {});
    } else {
      log("warn", "Erasing old content failed and is tried again in a day", { error });
    }
  }
}
