import type { Sql } from "./db.ts";

/** What the whole database holds at one instant, of all tenants together. */
export interface GaugeRow {
  readonly open_approvals: number;
  readonly overdue_approvals: number;
  readonly oldest_approval_ms: number;
  readonly outbox_lag: number;
  readonly outbox_oldest_ms: number;
  readonly outbox_dead: number;
}

/** Milliseconds since a time; 0 where there is none. */
function since(time: string): string {
  return `coalesce(greatest(extract(epoch from ms_now() - ${time}) * 1000, 0), 0)::double precision`;
}

/** Reads partial indices and heads only: what is closed or delivered costs nothing. */
const GAUGES = `
  with waiting as (
    select count(*) as open, count(*) filter (where decide_by < ms_now()) as overdue, min(opened_at) as oldest
    from approval where status = 'pending'),
  unseen as (
    select w.tenant, w.cursor_seq, h.seq - w.cursor_seq as lag
    from webhook w join audit_head h on h.tenant = w.tenant where w.disabled_at is null and h.seq > w.cursor_seq),
  unseen_since as (
    select min(e.at) as oldest from unseen u join audit_event e on e.tenant = u.tenant and e.seq = u.cursor_seq + 1),
  unsent as (select count(*) as lag, min(created_at) as oldest from delivery where state = 'due')
  select waiting.open::bigint as open_approvals, waiting.overdue::bigint as overdue_approvals,
    ${since("waiting.oldest")} as oldest_approval_ms,
    (coalesce((select sum(lag) from unseen), 0) + unsent.lag)::bigint as outbox_lag,
    ${since("least(unsent.oldest, unseen_since.oldest)")} as outbox_oldest_ms,
    (select count(*) from delivery where state = 'dead')::bigint as outbox_dead
  from waiting, unsent, unseen_since`;

/** One cheap look at everything that operators watch. */
export function createGaugeReads(sql: Sql) {
  return {
    /** What is open, overdue and unsent now. */
    async read(): Promise<GaugeRow> {
      const [row] = await sql.query<GaugeRow>(GAUGES);
      if (row === undefined) throw new Error("A statement of sums gave no row");
      return row;
    },
  };
}
