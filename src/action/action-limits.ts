import type { z } from "zod";
import type { FactRequirement, FailureKind, TokenUsage } from "../contract/policy.ts";

export type { ActionTerms } from "../core/guards/action-terms.ts";

/** One of something, or several that must all be kept. */
export type OneOrMore<Item> = Item | readonly Item[];

/** So many calls in a sliding window. */
export interface RateRule {
  /** Calls, or sum of their costs: 1 to 1,000,000,000. */
  readonly limit: number;
  /** Milliseconds of the window: 1 to 366 days. Exactly one of this and `per`. */
  readonly perMs?: number;
  /** The same as a text such as `1h`. */
  readonly per?: string;
  /** Whose calls are counted together: `tenant`, `actor`, `run`, `input:` and a JSON pointer, or several of these. */
  readonly scope: OneOrMore<string>;
  /** What a call counts for: a whole number from 1, or `input:` and the pointer of one; default 1. */
  readonly cost?: number | string;
  /** Actions that name the same key and scope count together, whatever their costs; default: each action by itself. */
  readonly key?: string;
}

/** When calls of a dependency are refused because it fails; shared by all actions that name it. */
export interface BreakerRule {
  /** What is called: 1 to 200 visible ASCII characters, such as `bank-api`. */
  readonly dependency: string;
  /** Failures in a row that open it: 1 to 100; default 3. */
  readonly failures?: number;
  /** Milliseconds after which one call may try again; default 60,000. */
  readonly resetAfterMs?: number;
  /** The same as a text such as `60s`. */
  readonly resetAfter?: string;
  /** Milliseconds after which a failure is forgotten; default 300,000. */
  readonly windowMs?: number;
  /** The same as a text such as `5m`. */
  readonly window?: string;
  /** Which kinds count: `default`, `strict` (throttled and auth too) or `infra_only` (transport and timeout). */
  readonly preset?: "default" | "strict" | "infra_only";
  /** Kinds that count against it, instead of the preset's. None may stand in both lists. */
  readonly countKinds?: readonly FailureKind[];
  /** Kinds that show that it answers, instead of the preset's. */
  readonly ignoreKinds?: readonly FailureKind[];
}

/** Written as a method, since only so can actions of different inputs stand in one list. */
export type EstimateFunction<Input extends z.ZodType> = { estimate(input: z.input<Input>): number }["estimate"];

/** So much of a unit, reserved before a call and settled after it. */
export interface BudgetRule<Input extends z.ZodType = z.ZodType> {
  /** Budgets of one name, unit, scope and period are one account, whoever declares them: 1 to 200 visible ASCII characters. */
  readonly name: string;
  /** What may be spent, in `unit`: above 0, up to 1,000,000,000. */
  readonly limit: number;
  /** Dollars, tokens, or whatever else the action counts. */
  readonly unit: "usd" | "tokens" | "units";
  /** Whose spending counts together; default `tenant`. */
  readonly scope?: "run" | "actor" | "tenant";
  /** Calendar period in UTC after which it begins anew; default: never. */
  readonly per?: "day" | "month";
  /**
   * What a call is reckoned to cost: a number above 0, a JSON pointer into the input, or a function of the input as it was sent.
   * The function is asked inside the decision's transaction: it answers at once, with 0 or more, and does nothing else.
   * What it throws refuses the call (`invalid_input`).
   */
  readonly estimate?: number | string | EstimateFunction<Input>;
  /** Instead of an estimate, for dollars and tokens: the usage that is expected, priced by the tariff. */
  readonly plan?: TokenUsage;
  /** Ask a person instead of refusing. */
  readonly onExceed?: "require_approval";
}

/** What calls of an action must keep. */
export interface ActionLimits<Input extends z.ZodType = z.ZodType> {
  /** How often it may be called. */
  readonly rate?: OneOrMore<RateRule>;
  /** Calls of the action within one run, refused ones included. */
  readonly attempts?: { readonly perRun: number };
  /** Which dependencies it needs. */
  readonly breaker?: OneOrMore<BreakerRule>;
  /** What it may spend. */
  readonly budget?: OneOrMore<BudgetRule<Input>>;
  /** Facts that must be proven in the session before. */
  readonly requires?: OneOrMore<FactRequirement>;
  /** Facts that a session may hold for an action with `proves`: 1 to 10,000; default 200. */
  readonly maxFacts?: number;
  /** What a full session means for an action with `proves`: it is refused (default), or what is too much is dropped. */
  readonly onFactsFull?: "refuse" | "truncate";
  /** At most these times for an attempt and for all of them, where `execution` allows more: milliseconds, 1 to 366 days. */
  readonly timeout?: { readonly attemptMs?: number; readonly totalMs?: number };
}
