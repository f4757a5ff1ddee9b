import { MAX_FACT_TTL_MS, type ProvenFact } from "../core/guards/read-facts.ts";
import type { Binding } from "./binding.ts";
import type { Sql } from "./db.ts";

/** A session of an actor, all its scopes together. */
export interface SessionRef {
  readonly tenant: string;
  readonly actor: string;
  readonly id: string;
}

/** One scope of a session: where facts are kept together. */
export interface FactPlace extends SessionRef {
  readonly scope: string;
}

/** What a call finds in its session. */
export interface FoundFacts {
  /** Somebody closed it: nothing is proven in it any more. */
  readonly isClosed: boolean;
  /** How many facts it holds that have not expired. */
  readonly held: number;
  /** Those of the keys asked for that are proven. */
  readonly proven: ReadonlySet<string>;
}

/** Which call proved something, and how many facts its session may hold. */
export interface Proof {
  readonly invocation: string;
  /** Facts that have not expired, those proven before included. */
  readonly max: number;
}

/** What became of the facts that a call proved; one that it names twice counts once. */
export interface ProofResult {
  /** Facts that the session holds now, whether they are new or were renewed. */
  readonly stored: number;
  /** Facts that found no room, or all of them because the session is closed. */
  readonly dropped: number;
  /** Kinds of the stored ones, in alphabetical order. */
  readonly kinds: readonly string[];
}

/** A scope of a session that holds something or was closed; times in epoch milliseconds. */
export interface SessionRow {
  readonly scope: string;
  /** Facts that have not expired, counted by kind. */
  readonly facts: Readonly<Record<string, number>>;
  readonly expires_at: number;
  readonly closed_at: number | null;
}

/** The database's time, read once for a statement. */
const NOW = `now as materialized (select ms_now() as at)`;
const SESSION = `s.tenant = $1 and s.actor = $2 and s.id = $3`;
/** Facts of the session's scope $4 that have not expired. */
const HELD = `
  select f.kind, f.value_hash from fact f, now
  where f.tenant = $1 and f.actor = $2 and f.session = $3 and f.scope = $4 and f.expires_at > now.at`;

/** What of a session's row and facts a call looks at, in one row. */
export interface FoundRow {
  readonly is_closed: boolean;
  readonly held: number;
  readonly proven: readonly string[];
}

/** Looks at a session as a call finds it, and for keys: nothing is proven in one that is closed or expired. Takes no lock. */
export function findFacts({ bind }: Binding, { actor, id, scope }: FactPlace, keys: readonly string[]): string {
  return `
    with ${NOW}
    select coalesce(bool_or(s.closed_at is not null), false) as is_closed, count(f.value_hash) as held,
      coalesce(array_agg(f.value_hash) filter (where f.value_hash = any(${bind(keys)}::text[])), '{}') as proven
    from now cross join fact_session s
    left join fact f on f.tenant = s.tenant and f.actor = s.actor and f.session = s.id and f.scope = s.scope
      and f.expires_at > now.at and s.expires_at > now.at and s.closed_at is null
    where s.tenant = $1 and s.actor = ${bind(actor)} and s.id = ${bind(id)} and s.scope = ${bind(scope)}`;
}

/** What the row of {@link findFacts} says. */
export function readFound({ is_closed: isClosed, held, proven }: FoundRow): FoundFacts {
  return { isClosed, held, proven: new Set(proven) };
}

/** Makes or renews the session and keeps its row locked; gives nothing when it is closed. */
const OPEN = `
  with ${NOW}
  insert into fact_session as s (tenant, actor, id, scope, created_at, expires_at)
  select $1, $2, $3, $4, now.at, now.at + $5 * interval '1 millisecond' from now
  on conflict (tenant, actor, id, scope) do update set expires_at = greatest(s.expires_at, excluded.expires_at)
    where s.closed_at is null
  returning s.scope`;

/**
 * Keeps facts in the order of their proof, those that the session holds already and then as many as there is room for.
 * Nothing proven before becomes shorter by being proven again.
 */
const PROVE = `
  with ${NOW}, held as materialized (${HELD}),
    given as (select kind, value_hash, max(ttl_ms::bigint) as ttl_ms, min(place) as place
              from unnest($5::text[], $6::text[], $7::text[]) with ordinality as g (kind, value_hash, ttl_ms, place)
              group by kind, value_hash),
    judged as (select g.*, h.value_hash is not null as is_held,
                 count(*) filter (where h.value_hash is null) over (order by g.place) as nth_new
               from given g left join held h on h.kind = g.kind and h.value_hash = g.value_hash),
    kept as (insert into fact as f (tenant, actor, session, scope, kind, value_hash, invocation, proven_at, expires_at)
             select $1, $2, $3, $4, j.kind, j.value_hash, $8, now.at, now.at + j.ttl_ms * interval '1 millisecond'
             from judged j, now where j.is_held or j.nth_new <= $9::bigint - (select count(*) from held)
             on conflict (tenant, actor, session, scope, kind, value_hash) do update set
               invocation = excluded.invocation, proven_at = excluded.proven_at,
               expires_at = greatest(f.expires_at, excluded.expires_at)
             returning f.kind)
  select (select count(*) from given) as given, (select count(*) from kept) as stored,
    array(select distinct kind from kept order by kind) as kinds`;

const LIST = `
  with ${NOW}
  select s.scope, s.expires_at, s.closed_at,
    (select coalesce(jsonb_object_agg(k.kind, k.n), '{}') from
      (select f.kind, count(*) as n from fact f
       where f.tenant = s.tenant and f.actor = s.actor and f.session = s.id and f.scope = s.scope and f.expires_at > now.at
       group by f.kind) k) as facts
  from fact_session s, now
  where ${SESSION} and (s.closed_at is not null or s.expires_at > now.at) order by s.scope`;

const CLOSE = `
  with ${NOW}
  update fact_session s set closed_at = now.at from now
  where ${SESSION} and ($4::text is null or s.scope = $4) and s.closed_at is null and s.expires_at > now.at
  returning s.scope`;

const FORGET_FACTS = `
  delete from fact where (tenant, actor, session, scope, kind, value_hash) in (
    select tenant, actor, session, scope, kind, value_hash from fact
    where expires_at <= (select ms_now()) order by expires_at limit $1 for update skip locked)
  returning 1 as gone`;
const FORGET_SESSIONS = `
  delete from fact_session where (tenant, actor, id, scope) in (
    select tenant, actor, id, scope from fact_session
    where closed_at is null and expires_at <= (select ms_now()) order by expires_at limit $1 for update skip locked)
  returning 1 as gone`;

/** Queries of `fact_session` and `fact`. Of a fact only its kind and the hash of kind and value are kept. */
export function createFactTable(sql: Sql) {
  return { ...createProofs(sql), ...createSessions(sql) };
}

function createProofs(sql: Sql) {
  return {
    /**
     * Keeps what a call proved, in a session that lasts for 24 hours more. In a closed one nothing is kept. Only inside a transaction:
     * the session's row is locked until it ends, so that calls side by side never hold more than `max` together.
     */
    async prove(place: FactPlace, facts: readonly ProvenFact[], proof: Proof): Promise<ProofResult> {
      const isOpen = (await sql.query(OPEN, [...paramsOf(place), MAX_FACT_TTL_MS])).length === 1;
      if (!isOpen) return { stored: 0, dropped: new Set(facts.map(({ key }) => key)).size, kinds: [] };
      // After the lock, in a statement of its own: it must see what whoever had the lock before has written.
      const [row] = await sql.query<{ given: number; stored: number; kinds: readonly string[] }>(PROVE, [
        ...paramsOf(place),
        facts.map(({ kind }) => kind),
        facts.map(({ key }) => key),
        facts.map(({ ttlMs }) => String(ttlMs)),
        proof.invocation,
        proof.max,
      ]);
      const { given = 0, stored = 0, kinds = [] } = row ?? {};
      return { stored, dropped: given - stored, kinds };
    },
  };
}

function createSessions(sql: Sql) {
  return {
    /** Every scope of a session that has not expired, and those that were closed. None for a session that nobody knows. */
    async getSession({ tenant, actor, id }: SessionRef): Promise<SessionRow[]> {
      return sql.query<SessionRow>(LIST, [tenant, actor, id]);
    },

    /** Closes a scope of a session for good, or all those that it has; gives the scopes that were open until now. */
    async closeSession({ tenant, actor, id }: SessionRef, scope?: string): Promise<readonly string[]> {
      const rows = await sql.query<{ scope: string }>(CLOSE, [tenant, actor, id, scope ?? null]);
      return rows.map((row) => row.scope).sort();
    },

    /**
     * Forgets facts and sessions whose time is over, at most so many of each; how many rows that were. Closed sessions stay, or they
     * would be open again.
     */
    async expire(maxRows: number): Promise<number> {
      const facts = await sql.query(FORGET_FACTS, [maxRows]);
      const sessions = await sql.query(FORGET_SESSIONS, [maxRows]);
      return facts.length + sessions.length;
    },
  };
}

function paramsOf({ tenant, actor, id, scope }: FactPlace): readonly [string, string, string, string] {
  return [tenant, actor, id, scope];
}
