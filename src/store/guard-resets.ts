import type { GuardKind } from "../contract/guards.ts";
import type { Sql } from "./db.ts";
import type { GuardPlace } from "./guard-ids.ts";

/** Finds a guard's row and locks it; rows that hang on it change only under this lock. */
const LOCKS: Readonly<Record<GuardKind, string>> = {
  rate: "select 1 from rate_counter where tenant = $1 and key = $2 for update",
  attempts: "select 1 from attempt_counter where tenant = $1 and actor = $2 and run = $3 and action = $4 for update",
  breaker: "select 1 from breaker where tenant = $1 and dependency = $2 for update",
  budget: "select 1 from budget where tenant = $1 and key = $2 for update",
  facts: "select 1 from fact_session where tenant = $1 and actor = $2 and id = $3 and scope = $4 for update",
};

/** What makes a guard forget. A counter's time never runs back. What is reserved of a budget stays: its calls are under way. */
const FORGETS: Readonly<Record<GuardKind, readonly string[]>> = {
  rate: [
    "delete from rate_hit where tenant = $1 and key = $2",
    "update rate_counter set total = 0, pruned = 0, last_at = greatest(last_at, ms_now()) where tenant = $1 and key = $2",
  ],
  attempts: [
    "update attempt_counter set used = 0, last_at = greatest(last_at, ms_now()) where tenant = $1 and actor = $2 and run = $3 and action = $4",
  ],
  breaker: [
    // What began before tells nothing any more: the state remembers when it was closed.
    `update breaker set state = 'closed', changed_at = ms_now(), document = format('{"closedAtMs":%s,"failedAtMs":[],"status":"closed"}',
       (extract(epoch from ms_now()) * 1000)::bigint)
     where tenant = $1 and dependency = $2`,
  ],
  budget: ["update budget set used = 0, changed_at = ms_now() where tenant = $1 and key = $2"],
  facts: ["delete from fact where tenant = $1 and actor = $2 and session = $3 and scope = $4"],
};

/** Locks a guard's row until the transaction ends. False when there is none. */
export async function lockGuard(sql: Sql, tenant: string, { kind, path }: GuardPlace): Promise<boolean> {
  return (await sql.query(LOCKS[kind], [tenant, ...path])).length === 1;
}

/** Makes a guard forget. Only under {@link lockGuard}. */
export async function forgetGuard(sql: Sql, tenant: string, { kind, path }: GuardPlace): Promise<void> {
  for (const text of FORGETS[kind]) await sql.query(text, [tenant, ...path]);
}
