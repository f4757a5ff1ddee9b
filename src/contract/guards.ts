import { z } from "zod";
import { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT } from "./limits.ts";
import { BudgetScope, BudgetUnit, TokenUsage } from "./policy.ts";
import { Name } from "./principal.ts";

/** The stateful checks of a call, in the order in which they are asked. */
export const GuardName = z.enum(["schema", "attempts", "breaker", "rate", "facts", "budget", "fatigue"]);
export type GuardName = z.infer<typeof GuardName>;

/** Guards that keep something between calls, and so can be looked at and reset. */
export const GuardKind = z.enum(["attempts", "breaker", "rate", "facts", "budget"]);
export type GuardKind = z.infer<typeof GuardKind>;

/**
 * What one guard keeps, as people with `admin` see it. `id` is `<kind>:<key>`; `label` says in words of the limit what is counted
 * (secret values redacted), `state` has numbers that depend on the kind.
 */
export const GuardView = z.object({
  id: z.string(),
  kind: GuardKind,
  label: z.string(),
  state: z.record(z.string(), z.unknown()),
  changedAt: z.string(),
});
export type GuardView = z.infer<typeof GuardView>;

/** Query of `GET /v1/guards`. */
export const GuardFilter = z.strictObject({ kind: GuardKind.optional() });
export type GuardFilter = z.infer<typeof GuardFilter>;

/** Body of `POST /v1/guards/{id}/reset`: why, for the record. */
export const ResetGuardRequest = z.strictObject({ reason: z.string().max(2_000).optional() });
export type ResetGuardRequest = z.infer<typeof ResetGuardRequest>;

/** One account of a budget: what was spent and is spoken for in its period. Amounts in the budget's unit. */
export const BudgetBalance = z.object({
  name: z.string(),
  unit: BudgetUnit,
  scope: BudgetScope,
  period: z.string().optional(),
  limit: z.number().optional(),
  used: z.number(),
  reserved: z.number(),
  remaining: z.number().optional(),
});
export type BudgetBalance = z.infer<typeof BudgetBalance>;

/** Which account money outside of actions is spent from: the innermost scope that is named, and all around it. */
export const BudgetPlace = z.strictObject({
  name: Name,
  unit: BudgetUnit.default("usd"),
  run: z.string().min(1).max(200).optional(),
  part: Name.optional(),
  per: z.enum(["day", "month"]).optional(),
  limit: z.number().positive().max(1_000_000_000).optional(),
  onBehalfOf: Name.optional(),
});
export type BudgetPlace = z.infer<typeof BudgetPlace>;

/** Query of `GET /v1/budgets/{name}`: the place whose accounts are shown, and the limit that its user keeps there besides those declared. */
export const BudgetQuery = BudgetPlace.omit({ name: true }).extend({
  limit: z.coerce.number().positive().max(1_000_000_000).optional(),
});
export type BudgetQuery = z.infer<typeof BudgetQuery>;

/** A budget's accounts at a place, the innermost first. */
export const BudgetBalances = z.object({ items: z.array(BudgetBalance) });
export type BudgetBalances = z.infer<typeof BudgetBalances>;

/** Body of `POST /v1/budgets/reservations`: `amount` in the budget's unit, held for `ttlMs` at most. */
export const ReserveRequest = BudgetPlace.extend({
  amount: z.number().nonnegative().max(1_000_000_000),
  ttlMs: z.int().min(1_000).max(86_400_000).default(600_000),
});
export type ReserveRequest = z.infer<typeof ReserveRequest>;

/** What something cost: amounts that are known, and tokens that the tariff prices. */
export const ReportedCost = z.strictObject({
  usd: z.number().nonnegative().max(1_000_000_000).optional(),
  tokens: z.number().nonnegative().max(1_000_000_000).optional(),
  units: z.number().nonnegative().max(1_000_000_000).optional(),
  usage: z.array(TokenUsage).max(100).optional(),
});
export type ReportedCost = z.infer<typeof ReportedCost>;

/** Query of what is done with a reservation: whose it is, when it is not the caller's own. */
export const ReservationQuery = z.strictObject({ onBehalfOf: Name.optional() });
export type ReservationQuery = z.infer<typeof ReservationQuery>;

/**
 * A reservation and the accounts that it stands in, the innermost first. `late` says that it had been
 * reclaimed, since its time was over, when this cost was counted: what was spent counts all the same, even above a limit.
 */
export const ReservationView = z.object({
  id: z.string(),
  status: z.enum(["reserved", "settled", "released", "reclaimed"]),
  unit: BudgetUnit,
  amount: z.number(),
  spent: z.number().optional(),
  late: z.literal(true).optional(),
  expiresAt: z.string(),
  balances: z.array(BudgetBalance),
});
export type ReservationView = z.infer<typeof ReservationView>;

/** Body of `POST /v1/runs`: without an id the server makes one. `user` is whom the run serves: recorded, it gives no right. */
export const StartRunRequest = z.strictObject({
  id: z.string().min(1).max(200).optional(),
  user: z.string().min(1).max(200).optional(),
  parent: z.string().min(1).max(200).optional(),
});
export type StartRunRequest = z.infer<typeof StartRunRequest>;

/** How a run ended: its work was done, something it needed was refused, or it failed. */
export const RunOutcome = z.enum(["success", "blocked", "failed"]);
export type RunOutcome = z.infer<typeof RunOutcome>;

/** Body of `POST /v1/runs/{id}/end`. */
export const EndRunRequest = z.strictObject({ outcome: RunOutcome });
export type EndRunRequest = z.infer<typeof EndRunRequest>;

/** What happened in a run: calls by status, refusals by guard, and what was spent by unit. */
export const RunTotals = z.object({
  calls: z.int(),
  byStatus: z.record(z.string(), z.int()),
  refusals: z.record(z.string(), z.int()),
  spent: z.object({ usd: z.number(), tokens: z.number(), units: z.number() }),
});
export type RunTotals = z.infer<typeof RunTotals>;

/** A run as it is shown; one that was only named by its calls has no `user` and is never ended. */
export const RunView = z.object({
  id: z.string(),
  tenant: z.string(),
  actor: z.string(),
  user: z.string().optional(),
  parent: z.string().optional(),
  status: z.enum(["open", ...RunOutcome.options]),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  totals: RunTotals.optional(),
});
export type RunView = z.infer<typeof RunView>;

/** Query of `GET /v1/runs`. */
export const RunFilter = z.strictObject({
  actor: z.string().max(200).optional(),
  status: z.enum(["open", ...RunOutcome.options]).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_LIMIT).default(DEFAULT_PAGE_LIMIT),
  cursor: z.string().max(500).optional(),
});
export type RunFilter = z.infer<typeof RunFilter>;

/** A limit with what is left of it, as an approval's view shows it. */
export const RemainingLimit = z.discriminatedUnion("guard", [
  z.object({
    guard: z.literal("rate"),
    limit: z.int(),
    perMs: z.int(),
    scope: z.array(z.string()),
    used: z.int(),
    remaining: z.int(),
  }),
  z.object({ guard: z.literal("budget"), ...BudgetBalance.shape }),
]);
export type RemainingLimit = z.infer<typeof RemainingLimit>;
