import type { GuardFilter } from "../contract/guards.ts";
import type { InvocationRef } from "../contract/ids.ts";
import type { PageQuery } from "../contract/invocation.ts";
import type { BudgetScope, BudgetUnit } from "../contract/policy.ts";
import type { Page } from "../contract/problem.ts";
import { type Cipher, inputPlace, PLAIN } from "./cipher.ts";
import type { Sql } from "./db.ts";
import { formatGuardId, type GuardPlace, parseGuardId } from "./guard-ids.ts";
import { forgetGuard, lockGuard } from "./guard-resets.ts";
import { pageOf, readCursor } from "./paging.ts";

/** What a rate counted: `used` within its longest window. */
export interface RateRowState {
  readonly kind: "rate";
  readonly label: string;
  readonly used: number;
  readonly keptMs: number;
}

/** Calls of an action within a run. */
export interface AttemptRowState {
  readonly kind: "attempts";
  readonly actor: string;
  readonly run: string;
  readonly action: string;
  readonly used: number;
}

/** A dependency's breaker; `document` as the breakers' own queries write it. */
export interface BreakerRowState {
  readonly kind: "breaker";
  readonly dependency: string;
  readonly status: "closed" | "open" | "half_open";
  readonly document: string;
}

/** An account of a budget, in millionths of the unit. */
export interface BudgetRowState {
  readonly kind: "budget";
  readonly label: string;
  readonly name: string;
  readonly unit: BudgetUnit;
  readonly scope: BudgetScope;
  readonly period: string;
  readonly used: number;
  readonly reserved: number;
}

/** How many facts of each kind a session holds; times in epoch milliseconds. */
export interface FactRowState {
  readonly kind: "facts";
  readonly actor: string;
  readonly session: string;
  readonly scope: string;
  readonly kinds: Readonly<Record<string, number>>;
  readonly expiresAtMs: number;
  readonly closedAtMs: number | null;
}

/** What one guard keeps, by kind. */
export type GuardState = RateRowState | AttemptRowState | BreakerRowState | BudgetRowState | FactRowState;

/** One guard. */
export interface GuardRow {
  /** As `formatGuardId` writes it. */
  readonly id: string;
  /** Epoch milliseconds of the last change. */
  readonly changedAtMs: number;
  readonly state: GuardState;
}

/** A call that limits hold for: what was charged for it, and what it is counted by. */
export interface ChargedCall {
  /** Canonical JSON of `GuardCharges`. */
  readonly guards: string;
  /** Canonical JSON of `RecordedVerdict`. */
  readonly verdict: string | null;
  readonly actor: string;
  readonly action: string;
  readonly run: string | null;
  readonly session: string | null;
  /** Real input of the current round: it may be counted by, never shown. */
  readonly input: string;
  /** Epoch milliseconds. */
  readonly decided_at: number;
}

/** A guard before and after it was made to forget. */
export interface GuardReset {
  readonly before: GuardRow;
  readonly after: GuardRow;
}

const SESSION_CHANGED = `greatest(s.created_at, s.closed_at, (select max(f.proven_at) from fact f
  where f.tenant = s.tenant and f.actor = s.actor and f.session = s.id and f.scope = s.scope))`;

/** Where every guard of tenant $1 stands and when it last changed; of kind $2 unless that is null. */
const PLACES = `
  select 'rate' as kind, array[key] as path, last_at as changed_at
    from rate_counter where tenant = $1 and ($2::text is null or $2 = 'rate')
  union all select 'attempts', array[actor, run, action], last_at
    from attempt_counter where tenant = $1 and ($2::text is null or $2 = 'attempts')
  union all select 'breaker', array[dependency], changed_at
    from breaker where tenant = $1 and ($2::text is null or $2 = 'breaker')
  union all select 'budget', array[key], changed_at
    from budget where tenant = $1 and ($2::text is null or $2 = 'budget')
  union all select 'facts', array[actor, id, scope], ${SESSION_CHANGED}
    from fact_session s where tenant = $1 and ($2::text is null or $2 = 'facts')`;

/** Ids are longer than a cursor may be, so rows of one instant are ordered by a hash of kind and key. */
const PAGE = `
  select kind, path, changed_at, rank
  from (select *, encode(sha256(convert_to(kind || array_to_json(path)::text, 'UTF8')), 'hex') as rank from (${PLACES}) places) ranked
  where $3::timestamptz is null or (changed_at, rank) < ($3, $4::text)
  order by changed_at desc, rank desc limit $5`;

const ONE = `select $2::text as kind, $3::text[] as path, '' as rank`;

const epochMs = (time: string) => `round(extract(epoch from ${time}) * 1000)`;

/** What lies between the first hit within the longest window and the last one: totals tell, so that no hits are counted. */
const USED_OF_RATE = `coalesce((select c.total - h.total + h.cost from rate_hit h
  where h.tenant = c.tenant and h.key = c.key
    and h.at > greatest(c.last_at, (select ms_now())) - c.kept_ms * interval '1 millisecond'
  order by h.at, h.total limit 1), 0)`;

/** A session's facts that still hold, counted by kind. */
const KINDS_OF_SESSION = `(select coalesce(json_object_agg(k.kind, k.n), '{}') from (
  select f.kind, count(*) as n from fact f
  where f.tenant = s.tenant and f.actor = s.actor and f.session = s.id and f.scope = s.scope and f.expires_at > (select ms_now())
  group by f.kind) k)`;

/** What stands at each place of tenant $1. */
const DETAIL = `
  select p.kind, p.path, p.rank, d.changed_at, d.state from place p cross join lateral (
    select c.last_at as changed_at, json_build_object('label', c.label, 'used', ${USED_OF_RATE}, 'keptMs', c.kept_ms) as state
      from rate_counter c where p.kind = 'rate' and c.tenant = $1 and c.key = p.path[1]
    union all select a.last_at, json_build_object('actor', a.actor, 'run', a.run, 'action', a.action, 'used', a.used)
      from attempt_counter a
      where p.kind = 'attempts' and a.tenant = $1 and a.actor = p.path[1] and a.run = p.path[2] and a.action = p.path[3]
    union all select b.changed_at, json_build_object('dependency', b.dependency, 'status', b.state, 'document', b.document)
      from breaker b where p.kind = 'breaker' and b.tenant = $1 and b.dependency = p.path[1]
    union all select b.changed_at, json_build_object('label', b.label, 'name', b.name, 'unit', b.unit, 'scope', b.scope,
        'period', b.period, 'used', b.used, 'reserved', b.reserved)
      from budget b where p.kind = 'budget' and b.tenant = $1 and b.key = p.path[1]
    union all select ${SESSION_CHANGED}, json_build_object('actor', s.actor, 'session', s.id, 'scope', s.scope,
        'kinds', ${KINDS_OF_SESSION}, 'expiresAtMs', ${epochMs("s.expires_at")}, 'closedAtMs', ${epochMs("s.closed_at")})
      from fact_session s
      where p.kind = 'facts' and s.tenant = $1 and s.actor = p.path[1] and s.id = p.path[2] and s.scope = p.path[3]
  ) d`;

const CHARGED = `
  select i.guards, i.verdict, i.actor, i.action, i.run, i.session, i.round, r.input, i.decided_at
  from invocation i join input_revision r on r.tenant = i.tenant and r.invocation = i.id and r.round = i.round
  where i.tenant = $1 and i.id = $2 and i.guards is not null and i.decided_at is not null`;

interface DetailRow extends GuardPlace {
  readonly rank: string;
  readonly changed_at: number;
  /** The members of a {@link GuardState} but its kind. */
  readonly state: object;
}

/** Looks at what all guards keep, whatever their tables are, and makes them forget it. */
export function createGuardViews(sql: Sql, cipher: Cipher = PLAIN) {
  async function find(tenant: string, place: GuardPlace): Promise<GuardRow | undefined> {
    const [row] = await sql.query<DetailRow>(`with place as (${ONE}) ${DETAIL}`, [tenant, place.kind, place.path]);
    return row && toGuardRow(row);
  }

  return {
    /** Guards of a tenant, last changed first. @throws invalid_query for a cursor that no list gave */
    async list(tenant: string, filter: GuardFilter, page: PageQuery): Promise<Page<GuardRow>> {
      const cursor = readCursor(page.cursor);
      const rows = await sql.query<DetailRow>(
        `with place as materialized (${PAGE}) ${DETAIL} order by d.changed_at desc, p.rank desc`,
        [tenant, filter.kind ?? null, cursor?.at ?? null, cursor?.id ?? null, page.limit + 1],
      );
      const { items, ...next } = pageOf(rows, page.limit, (row) => ({ atMs: row.changed_at, id: row.rank }));
      return { items: items.map(toGuardRow), ...next };
    },

    /** One guard by its view's id. */
    async get(tenant: string, id: string): Promise<GuardRow | undefined> {
      const place = parseGuardId(id);
      return place && find(tenant, place);
    },

    /** What was charged for a call; `undefined` when nothing limits it, or it is not decided. */
    async findCharged(ref: InvocationRef): Promise<ChargedCall | undefined> {
      const [row] = await sql.query<ChargedCall & { readonly round: number }>(CHARGED, [ref.tenant, ref.id]);
      if (row === undefined) return undefined;
      const { round, ...call } = row;
      return { ...call, input: cipher.open(call.input, inputPlace(ref, round)) };
    },

    /** Makes a guard forget what it counted; what it was before and is now. Only inside a transaction. */
    async reset(tenant: string, id: string): Promise<GuardReset | undefined> {
      const place = parseGuardId(id);
      if (place === undefined || !(await lockGuard(sql, tenant, place))) return undefined;
      // After the lock, in a statement of its own: it must see what whoever had the lock before has written.
      const before = await find(tenant, place);
      await forgetGuard(sql, tenant, place);
      const after = await find(tenant, place);
      return before && after && { before, after };
    },
  };
}

function toGuardRow({ kind, path, changed_at: changedAtMs, state }: DetailRow): GuardRow {
  return { id: formatGuardId({ kind, path }), changedAtMs, state: { kind, ...state } as GuardState };
}
