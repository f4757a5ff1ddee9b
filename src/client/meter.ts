import type { ReportedCost } from "../contract/guards.ts";
import type { TokenUsage } from "../contract/policy.ts";
import { CountersignError } from "../core/countersign-error.ts";

/** What something cost: amounts that are known, and usage of models that the server's tariff prices. */
export interface Cost {
  /** Dollars. */
  readonly usd?: number | undefined;
  /** Tokens, besides those of `usage`. */
  readonly tokens?: number | undefined;
  /** Whatever else a budget counts. */
  readonly units?: number | undefined;
  /** What models were used for; `cachedInput` is the part of `input` that came from a cache. */
  readonly usage?: TokenUsage | readonly TokenUsage[] | undefined;
}

/** Adds up what is reported while something is done. */
export interface Meter {
  /** Adds a cost. @throws invalid_request for what is no amount, and once the meter is closed */
  report(cost: Cost): void;
  /** Ends it and gives the sum; nothing when nothing was reported. */
  close(): ReportedCost | undefined;
}

const AMOUNTS = ["usd", "tokens", "units"] as const;

/** Makes a meter that stands at nothing. */
export function createMeter(): Meter {
  const costs: Cost[] = [];
  let isClosed = false;
  return {
    report: (cost) => {
      if (isClosed) throw invalid("A cost was reported after the work was settled");
      assertAmounts(cost);
      costs.push(cost);
    },
    close: () => {
      isClosed = true;
      return costs.length === 0 ? undefined : sumCosts(costs);
    },
  };
}

/** The sum of costs: amounts by unit, usage by model. */
export function sumCosts(costs: readonly Cost[]): ReportedCost {
  const sum: ReportedCost = {};
  for (const unit of AMOUNTS) {
    const amounts = costs.flatMap((cost) => cost[unit] ?? []);
    if (amounts.length > 0) sum[unit] = amounts.reduce((total, amount) => total + amount, 0);
  }
  const usage = costs.flatMap((cost) => cost.usage ?? []);
  return usage.length === 0 ? sum : { ...sum, usage: sumUsage(usage) };
}

/** One usage per model, since a request holds a hundred at most. */
function sumUsage(usages: readonly TokenUsage[]): TokenUsage[] {
  const byModel = new Map<string, TokenUsage>();
  for (const { cachedInput, ...usage } of usages) {
    const model = JSON.stringify([usage.provider, usage.model]);
    const before = byModel.get(model);
    const cached = (before?.cachedInput ?? 0) + (cachedInput ?? 0);
    byModel.set(model, {
      ...usage,
      input: (before?.input ?? 0) + usage.input,
      output: (before?.output ?? 0) + usage.output,
      ...(cached === 0 ? {} : { cachedInput: cached }),
    });
  }
  return [...byModel.values()];
}

/** A wrong amount is told where it is reported, not when all is settled. */
function assertAmounts(cost: Cost): void {
  const usages = [cost.usage ?? []].flat();
  const counts = usages.flatMap(({ input, output, cachedInput = 0 }) => [input, output, cachedInput]);
  const amounts = AMOUNTS.flatMap((unit) => cost[unit] ?? []);
  if (!amounts.every((amount) => Number.isFinite(amount) && amount >= 0)) {
    throw invalid("A cost must be a number that is not negative");
  }
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw invalid("Tokens of a usage must be whole numbers that are not negative");
  }
}

function invalid(message: string): CountersignError {
  return new CountersignError("invalid_request", message);
}
