import { MAX_URLS } from "../../limits.ts";
import { UNKNOWN_URL, type UrlFact } from "./url-fact.ts";

/** The addresses found so far. */
export class UrlCollector {
  readonly #urls: UrlFact[] = [];

  /** Whether there is no use in looking further. */
  get isFull(): boolean {
    return this.#urls.length > MAX_URLS;
  }

  /** Takes what was found; beyond the limit all that follows becomes one address that can't be known. */
  add(facts: readonly UrlFact[]): void {
    for (const fact of facts) {
      if (this.#urls.length < MAX_URLS) this.#urls.push(fact);
      else if (!this.isFull) this.#urls.push(UNKNOWN_URL);
    }
  }

  /** In the order in which they were found. */
  get urls(): readonly UrlFact[] {
    return this.#urls;
  }
}
