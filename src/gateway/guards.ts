import type { GuardView, ResetGuardRequest } from "../contract/guards.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { fromMicros } from "../core/guards/amounts.ts";
import type { BreakerState } from "../core/guards/breaker.ts";
import type { BreakerRowState, GuardRow, GuardState } from "../store/guard-views.ts";
import type { TransactionTables } from "../store/store.ts";
import { createGaugeReader } from "./gauges.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";
import { toWireTime } from "./views.ts";

/** The methods about what guards keep (`admin`), and about what a process counted (`operator`). */
export function createGuardMethods(
  ports: GatewayPorts,
): Pick<Gateway, "listGuards" | "getGuard" | "resetGuard" | "readMetrics"> {
  const readGauges = createGaugeReader(ports);
  return {
    async listGuards(caller, filter, page) {
      await assertPermission(ports, caller, "admin");
      const found = await ports.store.guardViews.list(caller.principal.tenant, filter, page);
      return { ...found, items: found.items.map(viewGuard) };
    },

    async getGuard(caller, id) {
      await assertPermission(ports, caller, "admin");
      const row = await ports.store.guardViews.get(caller.principal.tenant, id);
      if (row === undefined) throw guardNotFound();
      return viewGuard(row);
    },

    async resetGuard(caller, id, request) {
      await assertPermission(ports, caller, "admin");
      return ports.store.transaction((tx) => reset(tx, caller, { ...request, id }));
    },

    async readMetrics(caller) {
      await assertPermission(ports, caller, "operator");
      if (ports.metrics === undefined) throw new CountersignError("not_found", "This process counts nothing");
      return ports.metrics.render(await readGauges());
    },
  };
}

async function reset(
  tx: TransactionTables,
  caller: Caller,
  { id, reason }: ResetGuardRequest & { readonly id: string },
): Promise<GuardView> {
  const { tenant, subject } = caller.principal;
  const found = await tx.guardViews.reset(tenant, id);
  if (found === undefined) throw guardNotFound();
  const before = viewGuard(found.before);
  const data = { guard: before.kind, id, before: before.state, reason };
  await tx.audit.append(tenant, [{ type: "guard.reset", principal: subject, data }]);
  return viewGuard(found.after);
}

function viewGuard({ id, changedAtMs, state }: GuardRow): GuardView {
  return { id, kind: state.kind, label: labelOf(state), state: viewState(state), changedAt: toWireTime(changedAtMs) };
}

function labelOf(state: GuardState): string {
  switch (state.kind) {
    case "rate":
    case "budget":
      return state.label;
    case "attempts":
      return `Calls of ${state.action} by ${state.actor} in run ${state.run}`;
    case "breaker":
      return `Calls that depend on ${state.dependency}`;
    case "facts":
      return `What ${state.actor} proved in session ${state.session} of ${state.scope}`;
  }
}

function viewState(state: GuardState): Record<string, unknown> {
  switch (state.kind) {
    case "rate":
      return { used: state.used, keptMs: state.keptMs };
    case "attempts":
      return { used: state.used, run: state.run, actor: state.actor, action: state.action };
    case "breaker":
      return viewBreaker(state);
    case "budget": {
      const { name, unit, scope, period } = state;
      const amounts = { used: fromMicros(state.used), reserved: fromMicros(state.reserved) };
      return { name, ...amounts, unit, scope, ...(period === "" ? {} : { period }) };
    }
    case "facts": {
      const closed = state.closedAtMs === null ? {} : { closedAt: toWireTime(state.closedAtMs) };
      return { kinds: state.kinds, expiresAt: toWireTime(state.expiresAtMs), ...closed };
    }
  }
}

/** How many failures in a row are remembered, from when on a probe may be made, and whether one is under way. */
function viewBreaker({ status, document }: BreakerRowState): Record<string, unknown> {
  const { failedAtMs, resetAtMs, probe } = JSON.parse(document) as BreakerState;
  return {
    status,
    failures: failedAtMs.length,
    ...(resetAtMs === undefined ? {} : { resetAt: toWireTime(resetAtMs) }),
    ...(status === "half_open" ? { probe: probe !== undefined } : {}),
  };
}

function guardNotFound(): CountersignError {
  return new CountersignError("not_found", "There is no such guard");
}
