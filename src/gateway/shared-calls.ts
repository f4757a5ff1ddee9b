import { setImmediate } from "node:timers/promises";
import type { InvocationRef } from "../contract/ids.ts";

/** One call for everybody who needs the same of one invocation at the same time. */
export interface SharedCalls<Item, Result> {
  /**
   * Joins the next call with an item of one's own. The call begins after this, so nobody is told of less than what they know already.
   * Rejects as the call does, for all who share it.
   */
  join(ref: InvocationRef, item: Item): Promise<Result>;
}

/** A call that has not begun: whoever comes now still gets into it. */
interface Gathering<Item, Result> {
  readonly items: Set<Item>;
  readonly result: Promise<Result>;
}

/**
 * Lets many share a call: at most one is under way for an invocation, and all who come meanwhile get the next one together. A thousand
 * people who wait for one judgement so cost a handful of queries, not a thousand after every piece of news.
 */
export function createSharedCalls<Item, Result>(
  call: (ref: InvocationRef, items: readonly Item[]) => Promise<Result>,
): SharedCalls<Item, Result> {
  const gathering = new Map<string, Gathering<Item, Result>>();
  const underWay = new Map<string, Promise<Result>>();

  async function begin(key: string, ref: InvocationRef, items: ReadonlySet<Item>): Promise<Result> {
    // Whoever was woken by the same news comes within the same turn of the event loop.
    await Promise.all([setImmediate(), underWay.get(key)?.catch(() => undefined)]);
    gathering.delete(key);
    const calling = call(ref, [...items]);
    underWay.set(key, calling);
    try {
      return await calling;
    } finally {
      if (underWay.get(key) === calling) underWay.delete(key);
    }
  }

  return {
    join(ref, item) {
      const key = `${ref.tenant} ${ref.id}`;
      const joined = gathering.get(key);
      if (joined !== undefined) {
        joined.items.add(item);
        return joined.result;
      }
      const items = new Set([item]);
      const result = begin(key, ref, items);
      gathering.set(key, { items, result });
      return result;
    },
  };
}
