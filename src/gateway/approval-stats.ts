import type { ApprovalStats, ApprovalStatsQuery, RuleQuestions } from "../contract/approval-stats.ts";
import type { QuestionCounts, RuleCounts } from "../store/approval-stats.ts";
import type { GatewayContext } from "./context.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import { toWireTime, withoutAbsent } from "./views.ts";

const DAY_MS = 86_400_000;
/** How far back the report goes unless told. */
const DEFAULT_SPAN_MS = 30 * DAY_MS;
/** Answers from which a rule that never heard a no is named. Our choice: fewer may be chance. */
const MIN_ANSWERS = 10;

/** How much approval cost the tenant's people in a time, and which rules were always answered with yes. */
export async function readApprovalStats(
  context: GatewayContext,
  caller: Caller,
  { action, createdAfter, createdBefore }: ApprovalStatsQuery,
): Promise<ApprovalStats> {
  await assertPermission(context, caller, "audit");
  const { clock, approvals } = context.store;
  const beforeMs = createdBefore === undefined ? (await clock.nowMs()) + 1 : Date.parse(createdBefore);
  const afterMs = createdAfter === undefined ? Math.max(0, beforeMs - DEFAULT_SPAN_MS) : Date.parse(createdAfter);
  const { total, rules } = await approvals.stats({ tenant: caller.principal.tenant, action, afterMs, beforeMs });
  return {
    createdAfter: toWireTime(afterMs),
    createdBefore: toWireTime(beforeMs),
    calls: total.calls,
    ...viewCounts(total),
    rules: rules.map(viewRule),
  };
}

function viewRule(counts: RuleCounts): RuleQuestions {
  const { rule, approved, rejected } = counts;
  const alwaysApproved = approved >= MIN_ANSWERS && rejected === 0;
  return withoutAbsent({ rule, ...viewCounts(counts), alwaysApproved }) as RuleQuestions;
}

function viewCounts(counts: QuestionCounts): Omit<RuleQuestions, "rule" | "alwaysApproved"> {
  const { questions, pending, approved, rejected, expired, canceled, superseded, p50_ms: p50, p90_ms: p90 } = counts;
  return {
    ...{ questions, pending, approved, rejected, expired, canceled, superseded },
    ...(p50 === null || p90 === null ? {} : { timeToAnswerMs: { p50: Math.round(p50), p90: Math.round(p90) } }),
    questionsPer100Calls: perHundred(questions, counts.calls),
  };
}

/** To two places; calls may be fewer than questions where a question's call was made before the time. */
function perHundred(questions: number, calls: number): number {
  return Math.round((questions / Math.max(1, calls)) * 10_000) / 100;
}
