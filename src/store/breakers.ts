import { type BreakerState, CLOSED_BREAKER } from "../core/guards/breaker.ts";
import { canonicalJson } from "../core/canonical.ts";
import type { Binding } from "./binding.ts";
import { readNowMs } from "./clock.ts";
import type { Sql } from "./db.ts";

/** A dependency's breaker as it is kept; `document` is canonical JSON of its {@link BreakerState}. */
interface BreakerRow {
  readonly dependency: string;
  readonly document: string;
}

/** Breakers that nobody else can change until the transaction ends. */
export interface LockedBreakers {
  /** The database's time in epoch milliseconds, taken after every lock was had. */
  readonly nowMs: number;
  /** One for each dependency asked for. */
  readonly states: ReadonlyMap<string, BreakerState>;
}

/** Looks at breakers: one row with all that there are, by their dependencies. Takes no lock. */
export function findBreakers({ bind }: Binding, dependencies: readonly string[]): string {
  return `
    select coalesce(json_object_agg(dependency, document::json), '{}') as breakers
    from breaker where tenant = $1 and dependency = any(${bind(dependencies)}::text[])`;
}

/** Queries of `breaker`. A dependency without a row is closed. */
export function createBreakerTable(sql: Sql) {
  return {
    /** The breakers of these dependencies that have a row. Takes no lock. */
    async find(tenant: string, dependencies: readonly string[]): Promise<ReadonlyMap<string, BreakerState>> {
      if (dependencies.length === 0) return new Map();
      const rows = await sql.query<BreakerRow>(
        `select dependency, document from breaker where tenant = $1 and dependency = any($2)`,
        [tenant, dependencies],
      );
      return new Map(rows.map(readRow));
    },

    /** The breakers of these dependencies, locked in the order of their names; those that have no row get one. */
    async lock(tenant: string, dependencies: readonly string[]): Promise<LockedBreakers> {
      await sql.query(
        `insert into breaker (tenant, dependency, state, document, changed_at)
         select $1, dependency, 'closed', $3, ms_now() from unnest($2::text[]) as dependency order by dependency collate "C"
         on conflict do nothing`,
        [tenant, dependencies, canonicalJson(CLOSED_BREAKER)],
      );
      // Statements of their own: only a later one sees the rows that the one before had to wait for, and the time after it.
      const rows = await sql.query<BreakerRow>(
        `select dependency, document from breaker where tenant = $1 and dependency = any($2)
         order by dependency collate "C" for update`,
        [tenant, dependencies],
      );
      return { nowMs: await readNowMs(sql), states: new Map(rows.map(readRow)) };
    },

    /** Writes a state. The row must have been locked, or what another transaction wrote meanwhile is lost. */
    async save(tenant: string, dependency: string, state: BreakerState): Promise<void> {
      await sql.query(
        `insert into breaker (tenant, dependency, state, document, changed_at) values ($1, $2, $3, $4, ms_now())
         on conflict (tenant, dependency)
         do update set state = excluded.state, document = excluded.document, changed_at = excluded.changed_at`,
        [tenant, dependency, state.status, canonicalJson(state)],
      );
    },
  };
}

function readRow({ dependency, document }: BreakerRow): readonly [string, BreakerState] {
  return [dependency, JSON.parse(document) as BreakerState];
}
