import { type Binding, createBinding } from "./binding.ts";
import type { Sql } from "./db.ts";

/** Whole days after which a run that calls an action no more is forgotten. Our choice: longer than any run that people wait for. */
const KEPT_DAYS = 90;

/** Whose calls of what are counted together. Two actors never share a run. */
export interface AttemptScope {
  /** The tenant of the calls. */
  readonly tenant: string;
  /** Subject that the calls are for. */
  readonly actor: string;
  /** The actor's own name for the run. */
  readonly run: string;
  /** The action that is called. */
  readonly action: string;
}

/** Counts one more call, and gives how many were counted `before`. */
export function countAttempt({ bind }: Binding, { actor, run, action }: Omit<AttemptScope, "tenant">): string {
  return `
    insert into attempt_counter as c (tenant, actor, run, action, used, last_at)
    values ($1, ${bind(actor)}, ${bind(run)}, ${bind(action)}, 1, ms_now())
    on conflict (tenant, actor, run, action)
      do update set used = c.used + 1, last_at = greatest(c.last_at, excluded.last_at)
    returning used - 1 as before`;
}

/** Queries of `attempt_counter`: how often a run called an action, whatever became of the calls. */
export function createAttemptTable(sql: Sql) {
  return {
    /** Counts one more call and gives how many were counted before. The counter is locked until the transaction ends. */
    async count(scope: AttemptScope): Promise<number> {
      const binding = createBinding(scope.tenant);
      const [row] = await sql.query<{ before: number }>(countAttempt(binding, scope), binding.params);
      if (row === undefined) throw new Error("The call was not counted");
      return row.before;
    },

    /** Forgets counters that were not touched for 90 days, at most `maxRows` and none that is in use, and gives how many. */
    async expire(maxRows: number): Promise<number> {
      const rows = await sql.query(
        `with clock as materialized (select ms_now() as now),
           idle as materialized (
             select c.* from attempt_counter c
             where c.last_on < (select (now at time zone 'UTC')::date - $2::int from clock)
             order by c.last_on limit $1 for update of c skip locked)
         delete from attempt_counter c using idle i
         where c.tenant = i.tenant and c.actor = i.actor and c.run = i.run and c.action = i.action
         returning 1 as gone`,
        [maxRows, KEPT_DAYS],
      );
      return rows.length;
    },
  };
}
