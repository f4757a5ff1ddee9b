import type { BudgetPlace } from "../contract/guards.ts";
import type { BudgetLimit } from "../contract/policy.ts";
import { toMicros } from "../core/guards/amounts.ts";
import type { BudgetAccount } from "../core/guards/budget-accounts.ts";
import type { BudgetTerm } from "../core/guards/budget.ts";
import type { GatewayPorts } from "./ports.ts";

/** A budget that is meant, in every period and at every level. */
type Meant = Pick<BudgetPlace, "name" | "unit">;

/**
 * The limits of a budget that hold for everything, actions or not: those at the top of the policy documents in force for the
 * tenant, and those that published actions declare. Nobody is asked to exceed them here: there is no call that a person could judge.
 */
export async function findDeclaredBudgets(
  ports: Pick<GatewayPorts, "policies" | "store">,
  tenant: string,
  { name, unit }: Meant,
): Promise<readonly BudgetTerm[]> {
  const [inForce, manifests] = await Promise.all([ports.policies.inForce(tenant), ports.store.manifests.list()]);
  const declared: readonly BudgetLimit[] = [
    ...(inForce?.policy.documentLimits?.budget ?? []),
    ...manifests.flatMap(({ limits }) => limits?.budget ?? []),
  ];
  return declared
    .filter((budget) => budget.name === name && budget.unit === unit)
    .map(({ per, scope = "tenant", limit }) => ({ name, unit, ...(per === undefined ? {} : { per }), scope, limit }));
}

/** The lowest of the limits that stand at an account, in millionths; undefined where none does. */
export function limitAt(
  terms: readonly BudgetTerm[],
  { scope, period }: Pick<BudgetAccount, "scope" | "period">,
): number | undefined {
  const here = terms.filter((term) => term.scope === scope && isPeriodOf(term.per, period));
  const limits = here.flatMap(({ limit }) => limit ?? []);
  return limits.length === 0 ? undefined : toMicros(Math.min(...limits), "down");
}

/** Whether an account's period is of the kind that a term asks for. */
export function isPeriodOf(per: BudgetLimit["per"], period: string): boolean {
  if (per === undefined) return period === "";
  return period.length === (per === "day" ? "2026-11-21".length : "2026-11".length);
}
