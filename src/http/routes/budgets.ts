import {
  BudgetBalances,
  BudgetQuery,
  ReportedCost,
  ReservationQuery,
  ReservationView,
  ReserveRequest,
} from "../../contract/guards.ts";
import type { RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";

const tag = "Budgets";
const one = { 200: { description: "The reservation and the accounts that it stands in", schema: ReservationView } };

const reserve = defineEndpoint({
  method: "post",
  path: "/v1/budgets/reservations",
  tag,
  summary: "Reserve an amount for spending outside of actions",
  body: ReserveRequest,
  takesIdempotencyKey: true,
  answers: { 201: { description: "The reservation, with the accounts that it stands in", schema: ReservationView } },
});

const settle = defineEndpoint({
  method: "post",
  path: "/v1/budgets/reservations/{id}/settle",
  tag,
  summary: "Count what was spent and free the rest",
  query: ReservationQuery,
  body: ReportedCost,
  isBodyOptional: true,
  answers: one,
});

const release = defineEndpoint({
  method: "delete",
  path: "/v1/budgets/reservations/{id}",
  tag,
  summary: "Free a reservation of which nothing was spent",
  query: ReservationQuery,
  answers: one,
});

const read = defineEndpoint({
  method: "get",
  path: "/v1/budgets/{name}",
  tag,
  summary: "What was spent of a budget, the innermost account first",
  query: BudgetQuery,
  answers: { 200: { description: "The accounts at that place", schema: BudgetBalances } },
});

/** Adds the routes of budgets. */
export function addBudgetRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, reserve, async ({ caller, body, idempotencyKey, c }) =>
    c.json(await gateway.reserveBudget(caller, { ...body, idempotencyKey }), 201),
  );
  addEndpoint(target, settle, async ({ caller, query, body, c }) =>
    c.json(await gateway.settleReservation(caller, { ...query, id: c.req.param("id") ?? "" }, body)),
  );
  addEndpoint(target, release, async ({ caller, query, c }) =>
    c.json(await gateway.releaseReservation(caller, { ...query, id: c.req.param("id") ?? "" })),
  );
  addEndpoint(target, read, async ({ caller, query, c }) =>
    c.json({ items: await gateway.readBudget(caller, { ...query, name: c.req.param("name") ?? "" }) }),
  );
}
