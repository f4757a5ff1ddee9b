import type { InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus } from "../contract/invocation.ts";
import { topicKey, type TopicKind } from "../core/topics.ts";
import type { Store } from "../store/store.ts";

/** Behind every notification stands a look at the row, in case one is lost: a connection was re-made, a process was slow. */
const POLL_MS = 1_000;

/** What somebody waits for: news about one invocation that may be the answer. */
interface Waiting {
  readonly ref: InvocationRef;
  /** What to wait for: its status, or its votes. */
  readonly about: TopicKind;
  /** Reads whether the wait is over; called once at the start unless `skipFirstLook`, after news, and each second. */
  readonly look: () => Promise<boolean>;
  /** News of this status isn't worth a look; every status is when absent. */
  readonly ignore?: (status: InvocationStatus) => boolean;
  readonly timeoutMs: number;
  /** True when the caller knows that the answer can't be there yet. */
  readonly skipFirstLook?: boolean;
}

/** Lets doors wait for the store's news, many at once on one subscription. */
export interface Waiter {
  /** Begins to listen at once, so that nothing between this call and the await is missed. Resolves when `look` says true or the time is over. */
  wait(waiting: Waiting): Promise<void>;
  /** Stops listening; open waits end at their time. */
  close(): void;
}

/** Tells of news; without a status when news may have been lost, so that nobody knows which. */
type Wake = (status: InvocationStatus | undefined) => void;

type Wakers = Map<string, Set<Wake>>;

/** A waiter on the store's notifications. */
export function createWaiter(store: Pick<Store, "listen">): Waiter {
  const wakers: Wakers = new Map();
  const stop = store.listen((topic) => {
    if (topic === "*") {
      for (const group of wakers.values()) for (const wake of group) wake(undefined);
      return;
    }
    const end = topic.lastIndexOf(" ");
    for (const wake of wakers.get(topic.slice(0, end)) ?? []) wake(topic.slice(end + 1) as InvocationStatus);
  });
  return { wait: (waiting) => waitFor(wakers, waiting), close: stop };
}

async function waitFor(wakers: Wakers, waiting: Waiting): Promise<void> {
  const { ref, ignore } = waiting;
  const key = topicKey(waiting.about, ref);
  const deadlineMs = performance.now() + waiting.timeoutMs;
  let news = waiting.skipFirstLook !== true;
  let resume: (() => void) | undefined;
  const wake: Wake = (status) => {
    if (status !== undefined && ignore?.(status) === true) return;
    news = true;
    resume?.();
  };
  const group = wakers.get(key) ?? new Set();
  wakers.set(key, group.add(wake));
  try {
    for (;;) {
      if (news) {
        news = false;
        if (await waiting.look()) return;
      }
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return;
      if (!news) await pause(Math.min(leftMs, POLL_MS), (callback) => (resume = callback));
      // Whether woken or not, look again: the poll stands behind a lost notification.
      news = true;
    }
  } finally {
    group.delete(wake);
    if (group.size === 0 && wakers.get(key) === group) wakers.delete(key);
  }
}

function pause(ms: number, onResume: (resume: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    onResume(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
