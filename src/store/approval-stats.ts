import type { Sql } from "./db.ts";
import { IS_NEWEST_ROUND } from "./newest-round.ts";

/** Which requests are counted: those of a tenant that were opened in a time, of one action or of all. */
export interface StatsScope {
  readonly tenant: string;
  readonly action: string | undefined;
  /** The first instant of the time, epoch milliseconds. */
  readonly afterMs: number;
  /** The first instant behind it, epoch milliseconds. */
  readonly beforeMs: number;
}

/** How requests were answered. A request counts once, whatever the number of its rounds. */
export interface QuestionCounts {
  readonly questions: number;
  readonly pending: number;
  readonly approved: number;
  readonly rejected: number;
  readonly expired: number;
  /** Called off. */
  readonly canceled: number;
  /** Withdrawn, since policy decided the edited or changed call without people. */
  readonly superseded: number;
  /** Milliseconds from the opening of its newest round to a request's approval or rejection: the median. `null` while none was answered. */
  readonly p50_ms: number | null;
  /** The same time, within which nine of ten were answered. */
  readonly p90_ms: number | null;
  /** Calls decided in that time, of all actions that were asked about. */
  readonly calls: number;
}

/** Requests that one rule asked for. */
export interface RuleCounts extends QuestionCounts {
  /** The rule's name; `undefined` for those that a document's default asked for. */
  readonly rule: string | undefined;
}

/** What people were asked in a time. */
export interface ApprovalCounts {
  /** All requests; `calls` are of all actions, those included that nobody was asked about. */
  readonly total: QuestionCounts;
  /** By number of questions, the most first. */
  readonly rules: readonly RuleCounts[];
}

interface CountRow extends QuestionCounts {
  readonly is_total: boolean;
  /** As it stands in the JSON text, between the quotes. */
  readonly rule_text: string | null;
}

/**
 * The rule's name is read by its form: members of a recorded verdict stand in the order of their names, and in a text a quote is
 * escaped, so only the member itself looks so. A text may hold what the database's JSON refuses.
 */
const RULE = `substring(i.verdict from '"reason":"(?:[^"\\\\]|\\\\.)*","rule":"((?:[^"\\\\]|\\\\.)*)"')`;

const STATUSES = ["pending", "approved", "rejected", "expired", "canceled", "superseded"];
const countOf = (status: string): string => `count(*) filter (where q.status = '${status}') as ${status}`;
const percentileOf = (share: number): string =>
  `percentile_cont(${share}) within group (order by q.answer_ms) filter (where q.answer_ms is not null)`;

const STATS = `
  with question as (
    select a.action, a.status, ${RULE} as rule_text,
      case when a.status in ('approved', 'rejected') then (extract(epoch from a.resolved_at - a.opened_at) * 1000)::float8 end as answer_ms
    from approval a join invocation i on i.tenant = a.tenant and i.id = a.invocation
    where a.tenant = $1 and ($2::text is null or a.action = $2) and a.opened_at >= $3 and a.opened_at < $4 and ${IS_NEWEST_ROUND}
  ), called as materialized (
    select c.action, count(*) as n from invocation c
    where c.tenant = $1 and ($2::text is null or c.action = $2) and c.created_at >= $3 and c.created_at < $4 and c.decided_at is not null
    group by c.action
  ), counted as (
    select grouping(q.rule_text) = 1 as is_total, q.rule_text, array_agg(distinct q.action) as actions, count(*) as questions,
      ${STATUSES.map(countOf).join(", ")},
      ${percentileOf(0.5)} as p50_ms, ${percentileOf(0.9)} as p90_ms
    from question q group by grouping sets ((q.rule_text), ())
  )
  select t.*, coalesce((select sum(c.n) from called c where t.is_total or c.action = any(t.actions)), 0)::bigint as calls
  from counted t order by t.is_total desc, t.questions desc, t.rule_text`;

const NONE: QuestionCounts = {
  ...{ questions: 0, pending: 0, approved: 0, rejected: 0, expired: 0, canceled: 0, superseded: 0 },
  ...{ p50_ms: null, p90_ms: null, calls: 0 },
};

/** The query behind the report on how much approval costs people. */
export function createApprovalStats(sql: Sql) {
  return {
    /** Counts over the requests and the calls of a time; work in proportion to their number. */
    async stats({ tenant, action, afterMs, beforeMs }: StatsScope): Promise<ApprovalCounts> {
      const rows = await sql.query<CountRow>(STATS, [
        ...[tenant, action ?? null],
        ...[new Date(afterMs), new Date(beforeMs)],
      ]);
      const total = rows.find((row) => row.is_total);
      const rules = rows.filter((row) => !row.is_total);
      return {
        total: total === undefined ? NONE : countsOf(total),
        rules: rules.map((row) => ({ rule: ruleOf(row), ...countsOf(row) })),
      };
    },
  };
}

function ruleOf({ rule_text: text }: CountRow): string | undefined {
  return text === null ? undefined : (JSON.parse(`"${text}"`) as string);
}

function countsOf(row: CountRow): QuestionCounts {
  const { questions, pending, approved, rejected, expired, canceled, superseded, p50_ms, p90_ms, calls } = row;
  return { questions, pending, approved, rejected, expired, canceled, superseded, p50_ms, p90_ms, calls };
}
