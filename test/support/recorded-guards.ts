import type { GuardKind } from "../../src/contract/guards.ts";
import type { Sql } from "../../src/store/db.ts";

const idOf = (kind: GuardKind, path: readonly string[]) =>
  `${kind}:${Buffer.from(JSON.stringify(path)).toString("base64url")}`;

/** The ids under which {@link recordGuards} is seen. */
export const GUARD_IDS: Readonly<Record<GuardKind, string>> = {
  rate: "rate:0123abcd",
  attempts: idOf("attempts", ["ann", 'run "1"', "notes.write"]),
  breaker: "breaker:sys/tem: 1%",
  budget: "budget:feed",
  facts: idOf("facts", ["ann", "s1", "orders"]),
};

const OPEN_BREAKER = {
  ...{ status: "open", failedAtMs: [1, 2, 3], openedAtMs: 1_800_000_000_000, resetAtMs: 1_800_000_060_000 },
};

/** Inserts one guard of every kind, with what no longer counts beside what does. */
export async function recordGuards(sql: Sql, { tenant }: { readonly tenant: string }): Promise<void> {
  await sql.query(
    `insert into rate_counter (tenant, key, action, label, kept_ms, total, last_at)
     values ($1, '0123abcd', 'notes.write', 'the label', 60000, 12, ms_now() - interval '10 seconds')`,
    [tenant],
  );
  await sql.query(
    `insert into rate_hit (tenant, key, total, cost, at) values
       ($1, '0123abcd', 7, 7, ms_now() - interval '2 minutes'),
       ($1, '0123abcd', 10, 3, ms_now() - interval '20 seconds'),
       ($1, '0123abcd', 12, 2, ms_now() - interval '10 seconds')`,
    [tenant],
  );
  await sql.query(
    `insert into attempt_counter (tenant, actor, run, action, used, last_at)
     values ($1, 'ann', 'run "1"', 'notes.write', 4, ms_now() - interval '30 seconds')`,
    [tenant],
  );
  await sql.query(
    `insert into breaker (tenant, dependency, state, document, changed_at)
     values ($1, 'sys/tem: 1%', 'open', $2, ms_now() - interval '40 seconds')`,
    [tenant, JSON.stringify(OPEN_BREAKER)],
  );
  await sql.query(
    `insert into budget (tenant, key, name, unit, scope, period, label, used, reserved, changed_at)
     values ($1, 'feed', 'monthly', 'usd', 'tenant', '2026-01', 'the label', 1500000, 250000, ms_now() - interval '50 seconds')`,
    [tenant],
  );
  await recordSession(sql, tenant);
}

async function recordSession(sql: Sql, tenant: string): Promise<void> {
  await sql.query(
    `insert into fact_session (tenant, actor, id, scope, created_at, expires_at)
     values ($1, 'ann', 's1', 'orders', ms_now() - interval '1 hour', ms_now() + interval '1 hour')`,
    [tenant],
  );
  await sql.query(
    `insert into fact (tenant, actor, session, scope, kind, value_hash, invocation, proven_at, expires_at)
     select $1, 'ann', 's1', 'orders', 'order_read', 'h' || n, 'ivn_x', ms_now() - n * interval '1 minute',
       ms_now() + (3 - n) * interval '1 minute' - interval '1 second' from generate_series(1, 3) n`,
    [tenant],
  );
}
