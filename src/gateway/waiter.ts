import type { InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus } from "../contract/invocation.ts";
import { topicKey, type TopicKind } from "../core/topics.ts";
import type { Store } from "../store/store.ts";

/** Behind every notification stands a look at the row, in case one is lost: a connection was re-made, a process was slow. */
const POLL_MS = 1_000;

/** Of the time that requests get when a process drains, so much is left to write the answers. Our choice. */
const ANSWER_MS = 500;

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
  /** True when the caller named the time: such a wait may last a minute, so a process that drains ends it early. */
  readonly isLongPoll?: boolean;
}

/** Lets doors wait for the store's news, many at once on one subscription. */
export interface Waiter {
  /** Begins to listen at once, so that nothing between this call and the await is missed. Resolves when `look` says true or the time is over. */
  wait(waiting: Waiting): Promise<void>;
  /** Ends long polls with a last look, and lets none begin to wait. Others go on, but end in time for their answer to go out within `drainMs`. */
  drain(drainMs: number): void;
  /** Whether it drains. */
  readonly isDraining: boolean;
  /** Stops listening; open waits end at their time. */
  close(): void;
}

/** Tells of news; without a status when news may have been lost, so that nobody knows which. */
type Wake = (status: InvocationStatus | undefined) => void;

type Wakers = Map<string, Set<Wake>>;

interface WaiterState {
  readonly wakers: Wakers;
  isDraining: boolean;
  /** When the last wait ends, by this process's steady clock. */
  endAtMs: number;
}

/** A waiter on the store's notifications. */
export function createWaiter(store: Pick<Store, "listen">): Waiter {
  const wakers: Wakers = new Map();
  const state = { wakers, isDraining: false, endAtMs: Number.POSITIVE_INFINITY };
  const wakeAll = (): void => {
    for (const group of wakers.values()) for (const wake of group) wake(undefined);
  };
  const stop = store.listen((topic) => {
    if (topic === "*") return wakeAll();
    const end = topic.lastIndexOf(" ");
    for (const wake of wakers.get(topic.slice(0, end)) ?? []) wake(topic.slice(end + 1) as InvocationStatus);
  });
  return {
    wait: (waiting) => waitFor(state, waiting),
    drain: (drainMs) => {
      state.isDraining = true;
      state.endAtMs = performance.now() + drainMs - ANSWER_MS;
      wakeAll();
    },
    get isDraining() {
      return state.isDraining;
    },
    close: stop,
  };
}

async function waitFor(state: WaiterState, waiting: Waiting): Promise<void> {
  const { wakers } = state;
  const { ref, ignore, isLongPoll = false } = waiting;
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
      const leftMs = Math.min(deadlineMs, state.endAtMs) - performance.now();
      if (leftMs <= 0 || (isLongPoll && state.isDraining)) return;
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
