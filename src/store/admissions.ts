import type { BreakerState } from "../core/guards/breaker.ts";
import type { AccountBalance } from "../core/guards/budget-accounts.ts";
import type { RateCounter } from "../core/guards/rate-counters.ts";
import { type AttemptScope, countAttempt } from "./attempts.ts";
import { createBinding } from "./binding.ts";
import { findBreakers } from "./breakers.ts";
import {
  createBudgetTable,
  type HeldAccount,
  holdAccounts,
  type NewReservation,
  readAccounts,
  reserveClaims,
  type StoredAccount,
} from "./budgets.ts";
import type { Sql } from "./db.ts";
import { type FactPlace, findFacts, type FoundFacts, type FoundRow, readFound } from "./facts.ts";
import {
  areHeld,
  chargeCounters,
  type ChargedRow,
  createRateTable,
  type HeldWindow,
  holdCounters,
  type LockedRates,
  makeCounters,
  prune,
  readHeld,
} from "./rates.ts";

/** What is asked about a call before anything is locked that calls of other runs wait for; what is absent is not looked at. */
export interface GuardQuestions {
  /** Whose call is to be counted. */
  readonly attempt?: Omit<AttemptScope, "tenant"> | undefined;
  /** Breakers to look at. */
  readonly dependencies?: readonly string[];
  /** A session, and keys of facts to look for in it. */
  readonly facts?: { readonly place: FactPlace; readonly keys: readonly string[] } | undefined;
}

/** What was found: of each question its answer. */
export interface GuardAnswers {
  /** Calls that were counted before this one. */
  readonly attemptsBefore: number | undefined;
  /** The breakers that have a row. */
  readonly breakers: ReadonlyMap<string, BreakerState>;
  /** What the call finds in its session. */
  readonly facts: FoundFacts | undefined;
}

/** What a call is charged in. */
export interface GuardLocks {
  /** Rates that it counts in. */
  readonly counters: readonly RateCounter[];
  /** Accounts that it reserves in. */
  readonly accounts: readonly StoredAccount[];
}

/** What a call is charged. */
export interface GuardBill {
  /** Rates that it counts in, locked. */
  readonly counters: readonly RateCounter[];
  /** When it is counted, as the lock gave it. */
  readonly countedAtMs: number;
  /** What it reserves in accounts that are locked; absent for nothing. */
  readonly reservation?: NewReservation | undefined;
}

/** What a question's part of a statement gives. */
interface AnswerRow extends Partial<FoundRow> {
  readonly before?: number;
  readonly breakers?: Readonly<Record<string, BreakerState>>;
}

/** Of a window or of an account, told apart by what the other one has not. */
type LockedRow = HeldWindow | (HeldAccount & { readonly n: null });

/**
 * What the guards of one call ask of their tables, in one statement where each table alone would take one of its own: the way to
 * the database and back costs about as much as the work there. A call pays for no guard that it doesn't have.
 */
export function createAdmissions(sql: Sql) {
  return { ...createQuestions(sql), ...createLocks(sql), ...createCharge(sql) };
}

function createQuestions(sql: Sql) {
  return {
    /** Counts an attempt, and looks at breakers and a session without a lock. The attempt's counter stays locked. */
    async ask(tenant: string, { attempt, dependencies = [], facts }: GuardQuestions): Promise<GuardAnswers> {
      const binding = createBinding(tenant);
      const counted = attempt === undefined ? "" : `with counted as (${countAttempt(binding, attempt)})`;
      const parts = [
        ...(attempt === undefined ? [] : ["counted"]),
        ...(dependencies.length === 0 ? [] : [`(${findBreakers(binding, dependencies)}) dependency`]),
        ...(facts === undefined ? [] : [`(${findFacts(binding, facts.place, facts.keys)}) session`]),
      ];
      if (parts.length === 0) return { attemptsBefore: undefined, breakers: new Map(), facts: undefined };
      const text = `${counted} select * from ${parts.join(" cross join ")}`;
      const [row] = await sql.query<AnswerRow>(text, binding.params);
      if (row === undefined) throw new Error("A call's guards gave no answer");
      return {
        attemptsBefore: row.before,
        breakers: new Map(Object.entries(row.breakers ?? {})),
        facts: facts && readFound(row as FoundRow),
      };
    },
  };
}

function createLocks(sql: Sql) {
  return {
    /**
     * Locks rates and then accounts until the transaction ends, each in the order of their keys, makes those that are missing,
     * and tells how full windows are and what accounts hold. See `lock` of `rates` and of `budgets`.
     * @returns the time of rates only where there are some
     */
    async lock(
      tenant: string,
      { counters, accounts }: GuardLocks,
    ): Promise<Partial<LockedRates> & { readonly balances: ReadonlyMap<string, AccountBalance> }> {
      if (counters.length === 0) return { balances: await createBudgetTable(sql).lock(tenant, accounts) };
      if (accounts.length === 0) return { ...(await createRateTable(sql).lock(tenant, counters)), balances: new Map() };
      const first = await hold(sql, tenant, { counters, accounts });
      const areThere = areHeld(counters, first.windows);
      if (!areThere) await makeCounters(sql, tenant, counters);
      const held = areThere ? first : await hold(sql, tenant, { counters, accounts });
      const locked = await readHeld(sql, { tenant, counters, held: held.windows });
      return { ...locked, balances: await readAccounts(sql, { tenant, accounts, held: held.accounts }) };
    },
  };
}

/** No account is locked before all counters are, since those come first in the order of locks. */
async function hold(sql: Sql, tenant: string, { counters, accounts }: GuardLocks) {
  const binding = createBinding(tenant);
  const countersAreHeld = `(select count(*) from held) = ${binding.bind(counters.length)}::bigint`;
  const rows = await sql.query<LockedRow>(
    `with ${holdCounters(binding, counters)}, accounts as materialized (${holdAccounts(binding, accounts, countersAreHeld)})
     select n, now, key, "perMs", "limit", used, "freeAtMs", "isCurrent", null::bigint as reserved, null::boolean as "hasOverdue"
     from windows
     union all
     select null, null, key, null, null, used, null, null, reserved, "hasOverdue" from accounts`,
    binding.params,
  );
  return { windows: rows.filter((row) => row.n !== null), accounts: rows.filter((row) => row.n === null) };
}

function createCharge(sql: Sql) {
  return {
    /** Charges what this transaction has locked and judged. See `charge` of `rates` and `reserve` of `budgets`. */
    async charge(tenant: string, { counters, countedAtMs, reservation }: GuardBill): Promise<void> {
      const charged = counters.filter(({ cost }) => cost > 0);
      if (reservation === undefined) return createRateTable(sql).charge(tenant, charged, countedAtMs);
      if (charged.length === 0) return createBudgetTable(sql).reserve(tenant, reservation);
      const binding = createBinding(tenant);
      const parts = [chargeCounters(binding, charged, countedAtMs), reserveClaims(binding, reservation)];
      const rows = await sql.query<ChargedRow>(`with ${parts.join(",")} select key, "isTurn" from hit`, binding.params);
      await prune(sql, { tenant, charged, rows });
    },
  };
}
