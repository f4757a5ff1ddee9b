import { MAX_RECENT_CHARS, MAX_RECENT_TEXTS } from "../../limits.ts";

/** Remembers what was made of the texts that came up lately: programs run the same few commands again and again. */
export interface RecentTexts<Value> {
  /** What was made of a text, by `make` unless it is remembered. `make` must give the same for the same text. */
  recall(text: string, make: (text: string) => Value): Value;
}

/** An empty memory. What isn't asked for while as many other texts as it holds come up is forgotten; long texts aren't kept. */
export function createRecentTexts<Value>(): RecentTexts<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  return {
    recall(text, make) {
      const known = young.get(text);
      if (known !== undefined) return known;
      const value = old.get(text) ?? make(text);
      if (text.length > MAX_RECENT_CHARS) return value;
      if (young.size >= MAX_RECENT_TEXTS) [old, young] = [young, new Map<string, Value>()];
      young.set(text, value);
      return value;
    },
  };
}
