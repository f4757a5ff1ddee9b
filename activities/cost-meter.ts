import { ReportedCost } from "../src/contract/guards.ts";
import { TokenUsage } from "../src/contract/policy.ts";
import { CountersignError } from "../src/core/countersign-error.ts";
import { addSpent, fromMicros, isAmount, MAX_AMOUNT, type Spent, toMicros } from "../src/core/guards/amounts.ts";
import type { Tariff } from "../src/core/guards/tariff.ts";
import type { CostMeter } from "../src/action/action.ts";

const KnownCost = ReportedCost.omit({ usage: true });

/** A meter for one attempt, and what was reported to it. */
export interface AttemptCost {
  /** What the action's function gets. */
  readonly meter: CostMeter;
  /** All that was reported so far; undefined when nothing was, which is not the same as 0. */
  spent(): Spent | undefined;
}

/**
 * Begins to count what an attempt spends. A report that is refused counts for nothing. Without a tariff tokens have no price and
 * tools cost nothing known: budgets in dollars then settle at their estimates.
 */
export function createCostMeter(tariff: Tariff | undefined): AttemptCost {
  let spent: Spent | undefined;
  const charge = (more: Spent) => {
    if (Object.keys(more).length > 0) spent = addSpent(spent ?? {}, more);
  };
  return {
    meter: {
      add: (cost) => charge(readCost(cost)),
      tokens: (usage) => charge(priceUsage(tariff, usage)),
      tool: (name, count = 1) => charge(priceTool(tariff, name, count)),
    },
    spent: () => spent,
  };
}

function readCost(cost: unknown): Spent {
  const { data, error } = KnownCost.safeParse(cost);
  if (data === undefined) {
    const field = error.issues[0]?.path[0];
    const why =
      typeof field === "string"
        ? `${field} must be a number from 0 to ${MAX_AMOUNT}`
        : "it has usd, tokens and units, and nothing else";
    throw fault(`The reported cost can't be taken: ${why}`);
  }
  const { usd, tokens, units } = data;
  return {
    ...(usd === undefined ? {} : { usd: toMicros(usd) }),
    ...(tokens === undefined ? {} : { tokens: toMicros(tokens) }),
    ...(units === undefined ? {} : { units: toMicros(units) }),
  };
}

function priceUsage(tariff: Tariff | undefined, reported: unknown): Spent {
  const { data: usage } = TokenUsage.safeParse(reported);
  if (usage === undefined) {
    throw fault("A usage names provider and model, and counts input, cachedInput and output in whole tokens");
  }
  if ((usage.cachedInput ?? 0) > usage.input) {
    throw fault("The reported usage can't be taken: cachedInput is a part of input and can't be more");
  }
  const tokens = toMicros(usage.input + usage.output);
  if (tariff === undefined) return { tokens };
  const usd = tariff.priceUsage(usage);
  if (usd === undefined)
    throw fault("The tariff has no price for the reported model, and refuses models that it doesn't know");
  return { usd, tokens };
}

function priceTool(tariff: Tariff | undefined, name: string, count: number): Spent {
  if (!Number.isSafeInteger(count) || count < 0) throw fault("A tool is used a whole number of times, 0 or more");
  if (tariff === undefined) return {};
  const micros = tariff.priceTool(name);
  if (micros === undefined) throw fault("The tariff has no price for the reported tool");
  if (!isAmount(fromMicros(micros) * count)) throw fault(`A report is of at most ${MAX_AMOUNT} dollars`);
  return { usd: micros * count };
}

function fault(message: string): CountersignError {
  return new CountersignError("invalid_request", message);
}
