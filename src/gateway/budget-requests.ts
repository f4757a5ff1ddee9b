import type { BudgetQuery, ReserveRequest } from "../contract/guards.ts";

/** A reservation that is asked for, as a door hands it on; the idempotency key travels in a header. */
export interface ReserveCommand extends ReserveRequest {
  readonly idempotencyKey?: string | undefined;
}

/** A reservation that is there, and on whose behalf it was made when that isn't the caller. */
export interface AddressedReservation {
  readonly id: string;
  readonly onBehalfOf?: string | undefined;
}

/** A place of a budget; the name travels in the path. */
export interface AddressedBudget extends BudgetQuery {
  readonly name: string;
}
