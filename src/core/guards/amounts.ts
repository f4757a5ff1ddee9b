import type { BudgetUnit } from "../../contract/policy.ts";

const MICROS_PER_UNIT = 1_000_000;
/** The highest amount of a unit that is taken at once, as an estimate or a report. Our choice: its millionths are exact in a double. */
export const MAX_AMOUNT = 1_000_000_000;

/** What was spent, in whole millionths by unit; an absent unit says nothing, and that is not the same as 0. */
export type Spent = { readonly [Unit in BudgetUnit]?: number };

/** Whether a value is an amount that may be reserved or charged: a number from 0 to {@link MAX_AMOUNT}. */
export function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= MAX_AMOUNT;
}

/**
 * An amount of a unit as whole millionths. Amounts with six decimals or fewer are exact, as they are written; of others the rest
 * is rounded half up, always up for what must not be reckoned too low, or down for a limit. It is one that {@link isAmount} takes.
 */
export function toMicros(amount: number, rounding: "half_up" | "up" | "down" = "half_up"): number {
  // At 10^15 a double still tells eighths apart, so the product's own error never reaches another whole number.
  const nearest = Math.round(amount * MICROS_PER_UNIT);
  if (rounding === "up" && fromMicros(nearest) < amount) return nearest + 1;
  return rounding === "down" && fromMicros(nearest) > amount ? nearest - 1 : nearest;
}

/** Whole millionths as an amount of the unit: the number that is written with at most six decimals. */
export function fromMicros(micros: number): number {
  return micros / MICROS_PER_UNIT;
}

/** Two spendings as one; a sum that a double can't hold exactly stays at the highest that it can. */
export function addSpent(left: Spent, right: Spent): Spent {
  const sum: { -readonly [Unit in keyof Spent]: Spent[Unit] } = { ...left };
  for (const unit of ["usd", "tokens", "units"] as const) {
    const added = right[unit];
    if (added !== undefined) sum[unit] = Math.min((left[unit] ?? 0) + added, Number.MAX_SAFE_INTEGER);
  }
  return sum;
}
