import type { TokenUsage } from "../../contract/policy.ts";

/** What models and tools cost, in millionths of a dollar. Read once, never changed. */
export interface Tariff {
  /** As the document calls itself. */
  readonly version: string;
  /**
   * The price of a usage; a cached token is priced as such and not as an input token besides. Rounded once.
   * `undefined` when the tariff refuses models that it doesn't know.
   */
  priceUsage(usage: TokenUsage): number | undefined;
  /** The price of one use of a tool; `undefined` when the tariff doesn't know it. */
  priceTool(name: string): number | undefined;
}
