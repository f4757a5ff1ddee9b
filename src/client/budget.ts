import type { BudgetBalance, BudgetBalances, ReportedCost, ReservationView } from "../contract/guards.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { type Cost, createMeter, sumCosts } from "./meter.ts";
import type { RequestOptions } from "./options.ts";
import { pathOf, type Transport } from "./transport.ts";

/** Which budget is spent from, and where: the innermost account that is named here, and all around it. */
export interface BudgetOptions {
  /** As policy or an action declares it, or a name of one's own together with a `limit`. */
  readonly name: string;
  /** What it is counted in; default `usd`. */
  readonly unit?: "usd" | "tokens" | "units" | undefined;
  /** The run that spends; default: the one of the surrounding `withRun`, if there is one. */
  readonly run?: string | undefined;
  /** A named share of the run, or of the actor when there is no run: a step of a plan, a sub-agent. */
  readonly part?: string | undefined;
  /** Calendar period in UTC after which the caller's own `limit` begins anew; default: never. */
  readonly per?: "day" | "month" | undefined;
  /** What the innermost account may hold at most, in the unit. It can only be tighter than what is declared. */
  readonly limit?: number | undefined;
  /** Subject on whose behalf it is spent; needs permission `act_as`. */
  readonly onBehalfOf?: string | undefined;
}

/** What `spend` takes besides its estimate. */
export interface SpendOptions extends RequestOptions {
  /** Milliseconds, 1,000 to 86,400,000, after which the reservation is reclaimed if nobody settles it; default 600,000. */
  readonly ttlMs?: number | undefined;
}

/** What `reserve` takes besides its amount. */
export interface ReserveOptions extends SpendOptions {
  /** The same key, place and amount is the same reservation, whatever became of it; default: a new one each time. */
  readonly idempotencyKey?: string | undefined;
}

/** Money that is spoken for, until it is settled, released, or its time is over. */
export interface Reservation extends Readonly<ReservationView> {
  /**
   * Counts what was spent, more than was reserved included, and frees the rest. Without a cost in the budget's unit the whole amount counts.
   * Only the first cost counts; a reservation that was reclaimed counts it still.
   * @throws invalid_request for a model that the server's tariff refuses
   */
  settle(cost?: Cost, options?: RequestOptions): Promise<ReservationView>;
  /** Frees all of it: nothing was spent. One that is settled stays so. */
  release(options?: RequestOptions): Promise<ReservationView>;
}

/** Tells what was spent, as often as there is something to tell: it adds up. @throws invalid_request for what is no amount */
export type ReportCost = (cost: Cost) => void;

/**
 * Spending that no action stands for, such as the calls of a language model. A wrapper around a model's SDK is this:
 * ```ts
 * const llm = client.budget({ name: "llm", limit: 5 });
 * const ask = (question: Question) => llm.spend(0.05, async (report) => {
 *   const { usage, ...answer } = await sdk.ask(question);
 *   report({ usage: { provider: "acme", model: answer.model, input: usage.input, output: usage.output } });
 *   return answer;
 * });
 * ```
 * Every method throws what any request throws, and `invalid_request` for a name that nobody declares while no `limit` is given.
 */
export interface Budget {
  /** Reserves an amount of the unit in every account at once. @throws budget_exceeded with `scope, limit, used, reserved, requested` in `details` */
  reserve(amount: number, options?: ReserveOptions): Promise<Reservation>;
  /** What was spent and is spoken for, the innermost account first and then those around it. @throws not_found for a name that nobody knows */
  read(options?: RequestOptions): Promise<readonly BudgetBalance[]>;
  /**
   * Reserves an estimate, works, and settles with what the work reported, or at the estimate when it reported nothing.
   * Work that throws is settled with what it had reported, released when that was nothing, and its error is thrown on.
   * When the work is done and its cost can't be recorded, the error is not retryable: trying again would spend again.
   * @throws budget_exceeded before anything is done
   */
  spend<Result>(
    estimate: number,
    work: (report: ReportCost) => Result | Promise<Result>,
    options?: SpendOptions,
  ): Promise<Result>;
}

/** Makes the handle of one budget. Sends nothing yet. `findRun` names the run that surrounds a call. */
export function createBudget(
  transport: Transport,
  options: BudgetOptions,
  findRun: () => string | undefined = () => undefined,
): Budget {
  const placeOf = () => ({ ...options, run: options.run ?? findRun() });
  const reserve: Budget["reserve"] = async (amount, { ttlMs, idempotencyKey, signal } = {}) => {
    const view = await transport.send({
      method: "POST",
      path: "/v1/budgets/reservations",
      body: { ...placeOf(), amount, ttlMs },
      // With a key of its own a lost answer can be asked for again without reserving twice.
      idempotencyKey: idempotencyKey ?? `reserve-${globalThis.crypto.randomUUID()}`,
      signal,
    });
    return createReservation(transport, view as ReservationView, options.onBehalfOf);
  };
  return {
    reserve,
    read: async ({ signal } = {}) => {
      const { name, ...query } = placeOf();
      const answer = await transport.send({ method: "GET", path: pathOf`/v1/budgets/${name}`, query, signal });
      return (answer as BudgetBalances).items;
    },
    spend: async (estimate, work, spendOptions) => spend(await reserve(estimate, spendOptions), work),
  };
}

function createReservation(transport: Transport, view: ReservationView, onBehalfOf: string | undefined): Reservation {
  const close = async (
    [method, path]: readonly ["POST" | "DELETE", string],
    { body, signal }: { readonly body?: ReportedCost; readonly signal?: AbortSignal | undefined },
  ): Promise<ReservationView> => {
    // Closing twice is closing once, so it may be repeated: the key says so to the transport.
    const idempotencyKey = `close-${view.id}`;
    return (await transport.send({
      method,
      path,
      query: { onBehalfOf },
      body,
      idempotencyKey,
      signal,
    })) as ReservationView;
  };
  return {
    ...view,
    settle: async (cost = {}, options) =>
      close(["POST", pathOf`/v1/budgets/reservations/${view.id}/settle`], { ...options, body: sumCosts([cost]) }),
    release: async (options) => close(["DELETE", pathOf`/v1/budgets/reservations/${view.id}`], { ...options }),
  };
}

async function spend<Result>(
  reservation: Reservation,
  work: (report: ReportCost) => Result | Promise<Result>,
): Promise<Result> {
  const meter = createMeter();
  let result: Result;
  try {
    result = await work(meter.report);
  } catch (error) {
    const cost = meter.close();
    // The work's error is what its caller must see; a reservation that nobody could close is reclaimed after its time.
    await (cost === undefined ? reservation.release() : settleWork(reservation, cost)).catch(() => undefined);
    throw error;
  }
  await settleWork(reservation, meter.close());
  return result;
}

/** Settles work that is done. A cost that can't be taken counts at the estimate at least: it must not become free. */
async function settleWork(reservation: Reservation, cost: ReportedCost | undefined): Promise<void> {
  try {
    await reservation.settle(cost);
  } catch (cause) {
    const code = cause instanceof CountersignError ? cause.code : "unavailable";
    if (code === "invalid_request") await reservation.settle().catch(() => undefined);
    const message = "The work is done, but what it cost could not be recorded as it was reported";
    throw new CountersignError(code, message, { retryable: false, cause });
  }
}
