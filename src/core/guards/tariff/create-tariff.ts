import type { TokenUsage } from "../../../contract/policy.ts";
import { isAmount } from "../amounts.ts";
import type { Tariff } from "../tariff.ts";
import type { ModelPrice, TariffDocument } from "./read-tariff.ts";

/** A tariff that prices as its document says. */
export function createTariff({ version, perTokens, models, tools, unknownModel }: TariffDocument): Tariff {
  return Object.freeze({
    version,
    priceUsage: (usage: TokenUsage) => {
      const price = models.get(usage.provider)?.get(usage.model) ?? unknownModel;
      return price === undefined || !isUsage(usage) ? undefined : priceTokens(price, usage, perTokens);
    },
    priceTool: (name: string) => tools.get(name),
  });
}

/** Whether tokens are counted as they can be: whole numbers, and no more from a cache than there are. */
function isUsage({ input, cachedInput = 0, output }: TokenUsage): boolean {
  return (
    [input, cachedInput, output].every((count) => Number.isInteger(count) && isAmount(count)) && cachedInput <= input
  );
}

/** Billionths times tokens are summed exactly, then brought to millionths of a dollar and rounded half up: once. */
function priceTokens(price: ModelPrice, { input, cachedInput = 0, output }: TokenUsage, perTokens: number): number {
  const sum =
    product(price.input, input - cachedInput) + product(price.cachedInput, cachedInput) + product(price.output, output);
  const divisor = 1_000n * BigInt(perTokens);
  return Number((2n * sum + divisor) / (2n * divisor));
}

function product(price: number, tokens: number): bigint {
  return BigInt(price) * BigInt(tokens);
}
