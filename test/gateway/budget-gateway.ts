import type { BudgetBalance, BudgetPlace, ReserveRequest } from "../../src/contract/guards.ts";
import type { BudgetLimit } from "../../src/contract/policy.ts";
import { createBudgetMethods } from "../../src/gateway/budgets.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import type { Store } from "../../src/store/store.ts";
import { manifestOf } from "../support/manifests.ts";
import {
  ADMIN_KEY,
  createCaller,
  createIdentityGateway,
  createPorts,
  type IdentityGateway,
} from "./identity-gateway.ts";

/** Spending outside of actions over real tables, with whoever may spend. */
export interface BudgetGateway extends Pick<
  Gateway,
  "reserveBudget" | "settleReservation" | "releaseReservation" | "readBudget" | "listAudit"
> {
  readonly identity: IdentityGateway;
  readonly operator: Caller;
  /** May invoke. */
  readonly agent: Caller;
}

/** Opens it over an empty store, in which nothing is limited yet. */
export async function openBudgetGateway(store: Store, more: Partial<GatewayPorts> = {}): Promise<BudgetGateway> {
  const ports = { ...createPorts({ ...store }), ...more };
  const identity = createIdentityGateway(ports);
  const operator = await identity.authenticate(ADMIN_KEY);
  const agent = await createCaller(identity, { subject: "agent", kind: "agent", permissions: ["invoke"] });
  return { ...createBudgetMethods(ports), listAudit: identity.listAudit, identity, operator, agent };
}

/** Limits budgets at the top of the policy document in force. */
export async function limitByPolicy(gateway: BudgetGateway, ...budgets: readonly object[]): Promise<void> {
  const document = { version: 1, rules: [], limits: budgets.map((budget) => ({ budget })) };
  await gateway.identity.putPolicy(gateway.operator, JSON.stringify(document));
}

/** Publishes an action that declares budgets. */
export async function limitByAction(store: Store, ...budget: BudgetLimit[]): Promise<void> {
  await store.manifests.publish([manifestOf({ limits: { budget } })]);
}

/** The place of the budget `llm` in dollars. */
export function placeOf(place: Partial<BudgetPlace> = {}): BudgetPlace {
  return { name: "llm", unit: "usd", ...place };
}

/** A request to reserve at {@link placeOf}; one dollar for ten minutes unless told. */
export function requestOf(request: Partial<ReserveRequest> & { idempotencyKey?: string } = {}) {
  return { ...placeOf(), amount: 1, ttlMs: 600_000, ...request };
}

/** Accounts as `scope: used + reserved / limit`. */
export function summarize(balances: readonly BudgetBalance[]): string[] {
  return balances.map(({ scope, period, used, reserved, limit }) => {
    return `${scope}${period === undefined ? "" : " by day"}: ${used} + ${reserved} / ${limit ?? "-"}`;
  });
}
