import { randomBytes } from "node:crypto";
import type { ReservationView } from "../contract/guards.ts";
import type { Principal } from "../contract/principal.ts";
import { canonicalJson } from "../core/canonical.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { sha256Hex } from "../core/digest.ts";
import { accountsAround, type BudgetClaim, type Spender, describeClaim } from "../core/guards/budget-accounts.ts";
import type { BudgetTerm } from "../core/guards/budget.ts";
import { judgeBudgets } from "../core/guards/judge-budgets.ts";
import { type GuardRefusal, isRefusal } from "../core/guards/refusal.ts";
import type { BudgetEntryRow } from "../store/budget-reads.ts";
import type { TransactionTables } from "../store/store.ts";
import { assertIdempotencyKey } from "./assert-idempotency-key.ts";
import type { ReserveCommand } from "./budget-requests.ts";
import { findDeclaredBudgets, isPeriodOf } from "./declared-budgets.ts";
import type { GatewayPorts } from "./ports.ts";
import { areEntries, type Entries, viewReservation } from "./reservation-views.ts";
import { claimAmount, ownTermOf } from "./spending-claims.ts";

/** Hex characters of a reservation's id behind its prefix: as many random bits as a UUID has, and a few more. */
const ID_LENGTH = 32;

/** Who reserves what. */
export interface Reserving {
  readonly command: ReserveCommand;
  /** Whose money it is. */
  readonly actor: Principal;
  /** Subject of the caller. */
  readonly principal: string;
}

/** What a transaction reserves. */
interface Request extends Reserving {
  readonly id: string;
  readonly spender: Spender;
  readonly terms: readonly BudgetTerm[];
}

/** Reserves an amount in every account around its place, or finds what was reserved with the same key. */
export async function reserve(ports: GatewayPorts, reserving: Reserving): Promise<ReservationView> {
  const { command, actor } = reserving;
  assertIdempotencyKey(command.idempotencyKey);
  const declared = await findDeclaredBudgets(ports, actor.tenant, command);
  if (declared.length === 0 && command.limit === undefined) {
    const message =
      "Neither policy nor an action limits a budget of this name and unit, and the request gives no limit";
    throw new CountersignError("invalid_request", message);
  }
  const request: Request = {
    ...reserving,
    id: reservationIdOf(actor, command.idempotencyKey),
    spender: { tenant: actor.tenant, actor: actor.subject, run: command.run, part: command.part },
    terms: [...declared, ownTermOf(command)],
  };
  const answer = await ports.store.transaction((tx) => reserveOnce(tx, request));
  if (!isRefusal(answer)) return viewReservation(request.id, answer, request);
  ports.metrics?.refused({ guard: answer.guard, code: answer.code });
  throw toError(answer);
}

/** Random, or the same for ever for one key of an actor. */
function reservationIdOf({ tenant, subject }: Principal, key: string | undefined): string {
  const random = key === undefined ? randomBytes(ID_LENGTH / 2).toString("hex") : undefined;
  return `rsv_${random ?? sha256Hex(canonicalJson(["reservation", tenant, subject, key])).slice(0, ID_LENGTH)}`;
}

/** Refusals are recorded, so the transaction gives them back instead of throwing. */
async function reserveOnce(tx: TransactionTables, request: Request): Promise<Entries | GuardRefusal> {
  const { id, spender, terms, command } = request;
  const nowMs = await tx.clock.nowMs();
  const claims = claimAmount(terms, spender, { amount: command.amount, nowMs });
  if (isRefusal(claims)) return recordRefusal(tx, request, claims);
  const accounts = claims.map(({ account }) => account);
  const balances = await tx.budgets.lock(spender.tenant, accounts);
  const earlier = await tx.budgets.entries(spender.tenant, id);
  if (areEntries(earlier)) return assertSame(earlier, request, claims);
  const shortfall = judgeBudgets(claims, balances);
  if (shortfall !== undefined) return recordRefusal(tx, request, shortfall.refusal);
  const { actor } = spender;
  await tx.budgets.reserve(spender.tenant, { reservation: id, claims, actor, expiresAtMs: nowMs + command.ttlMs });
  await recordReservation(tx, request, claims);
  return readReserved(tx, request, claims);
}

/**
 * Reads what was reserved, after the record was appended: that lock is the tenant's last and only one. So of two requests with one key
 * that have no account in common, the later one sees the earlier's entries among its own, and goes.
 */
async function readReserved(
  tx: TransactionTables,
  { id, spender }: Request,
  claims: readonly BudgetClaim[],
): Promise<Entries> {
  const entries = await tx.budgets.entries(spender.tenant, id);
  if (!areEntries(entries)) throw new CountersignError("internal", "The reservation was not written");
  if (entries.length > claims.length) throw conflict();
  return entries;
}

/** Passes the reservation that a key stands for, if it was made at the same place for the same amount. @throws idempotency_conflict */
function assertSame(entries: Entries, { spender, command }: Request, claims: readonly BudgetClaim[]): Entries {
  const [innermost] = entries;
  // The account of today's period may be another one than the day before, when the same request was made first.
  const [own] = accountsAround({ ...command, period: innermost.period }, spender);
  const isSame =
    own?.key === innermost.key &&
    claims.every(({ amount }) => amount === innermost.amount) &&
    entries.some(({ period }: BudgetEntryRow) => isPeriodOf(command.per, period));
  if (!isSame) throw conflict();
  return entries;
}

function conflict(): CountersignError {
  return new CountersignError("idempotency_conflict", "The idempotency key was used with another reservation");
}

async function recordReservation(
  tx: TransactionTables,
  { id, spender, principal, command }: Request,
  claims: readonly BudgetClaim[],
): Promise<void> {
  const { run, part, idempotencyKey } = command;
  await tx.audit.append(spender.tenant, [
    {
      type: "guard.reserved",
      ...{ principal, actor: spender.actor, idempotencyKey },
      data: { guard: "budget", reservation: id, amounts: claims.map(describeClaim), run, part },
    },
  ]);
}

async function recordRefusal(
  tx: TransactionTables,
  { spender, principal, command: { name, unit, run, part, amount } }: Request,
  refusal: GuardRefusal,
): Promise<GuardRefusal> {
  const { guard, code, message, details } = refusal;
  const data = { guard, code, message, ...{ name, unit, requested: amount, run, part }, ...details };
  await tx.audit.append(spender.tenant, [{ type: "guard.refused", principal, actor: spender.actor, data }]);
  return refusal;
}

function toError({ code, message, retryable, retryAfterMs, details }: GuardRefusal): CountersignError {
  return new CountersignError(code, message, {
    retryable,
    details,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
