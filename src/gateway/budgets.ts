import type { BudgetBalance } from "../contract/guards.ts";
import { Name, type Principal } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { showBalance } from "../core/guards/budget-accounts.ts";
import type { BudgetTerm } from "../core/guards/budget.ts";
import { isRefusal } from "../core/guards/refusal.ts";
import type { AddressedBudget } from "./budget-requests.ts";
import { findDeclaredBudgets } from "./declared-budgets.ts";
import { findActor } from "./find-actor.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";
import { notFound } from "./read-invocations.ts";
import { reserve } from "./reserve-budget.ts";
import { release, settle, type Settling } from "./settle-reservation.ts";
import { claimAmount, ownTermOf } from "./spending-claims.ts";

type BudgetMethods = Pick<Gateway, "reserveBudget" | "settleReservation" | "releaseReservation" | "readBudget">;

/** The methods about spending outside of actions. All need `invoke`; a reservation of somebody else is none. */
export function createBudgetMethods(ports: GatewayPorts): BudgetMethods {
  const findSpender = async (caller: Caller, onBehalfOf: string | undefined): Promise<Principal> => {
    await assertPermission(ports, caller, "invoke");
    return findActor(ports, caller, onBehalfOf);
  };
  const address = async (
    caller: Caller,
    target: { id: string; onBehalfOf?: string | undefined },
  ): Promise<Settling> => {
    const actor = await findSpender(caller, target.onBehalfOf);
    return { id: target.id, actor, principal: caller.principal.subject };
  };
  return {
    reserveBudget: async (caller, command) => {
      const actor = await findSpender(caller, command.onBehalfOf);
      return reserve(ports, { command, actor, principal: caller.principal.subject });
    },
    settleReservation: async (caller, target, cost) => settle(ports, await address(caller, target), cost),
    releaseReservation: async (caller, target) => release(ports, await address(caller, target)),
    readBudget: async (caller, place) => readBalances(ports, place, await findSpender(caller, place.onBehalfOf)),
  };
}

/** The accounts that a reservation at this place would stand in. A name that nobody declared and nobody spent from is none. */
async function readBalances(
  { policies, store }: GatewayPorts,
  place: AddressedBudget,
  { tenant, subject }: Principal,
): Promise<readonly BudgetBalance[]> {
  if (!Name.safeParse(place.name).success) throw notFound();
  const declared = await findDeclaredBudgets({ policies, store }, tenant, place);
  // What is limited for each run has no account where no run is named.
  const terms: readonly BudgetTerm[] = [
    ...declared.filter(({ scope }) => scope !== "run" || place.run),
    ownTermOf(place),
  ];
  const nowMs = await store.clock.nowMs();
  const spender = { tenant, actor: subject, run: place.run, part: place.part };
  const claims = claimAmount(terms, spender, { amount: 0, nowMs });
  if (isRefusal(claims)) throw new CountersignError("internal", "A budget without an amount was refused");
  const accounts = claims.map(({ account }) => account);
  const keys = accounts.map(({ key }) => key);
  const balances = await store.budgets.balances(tenant, keys);
  const isKnown = declared.length > 0 || place.limit !== undefined || balances.size > 0;
  if (!isKnown) throw notFound();
  return accounts.map((account) => showBalance(account, balances.get(account.key) ?? { used: 0, reserved: 0 }));
}
