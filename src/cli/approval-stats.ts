import type { Command } from "commander";
import type { ApprovalStats, ApprovalStatsQuery, RuleQuestions } from "../contract/approval-stats.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import type { Terminal } from "./terminal.ts";

type StatsOptions = ConnectionOptions & ApprovalStatsQuery;

const RULES = {
  headings: [
    "RULE",
    "ASKED",
    "PER 100 CALLS",
    "YES",
    "NO",
    "EXPIRED",
    "CANCELED",
    "SUPERSEDED",
    "OPEN",
    "P50",
    "P90",
    "REMARK",
  ],
  cells: (rule: RuleQuestions) => [
    rule.rule ?? "(the default)",
    ...[rule.questions, rule.questionsPer100Calls].map(String),
    ...[rule.approved, rule.rejected, rule.expired, rule.canceled, rule.superseded, rule.pending].map(String),
    ...describeTimes(rule),
    rule.alwaysApproved ? "always yes" : "",
  ],
};

/** Adds `approvals stats`. */
export function addApprovalStatsCommand(group: Command, { terminal }: CommandContext): void {
  group
    .command("stats")
    .description("show how much approval costs people, rule by rule; needs the permission audit")
    .option("--action <name>", "only requests for this action")
    .option("--created-after <time>", "only those made after this RFC 3339 time; 30 days back unless told")
    .option("--created-before <time>", "only those made before this RFC 3339 time")
    .action(async (_: unknown, command: Command) => {
      const { action, createdAfter, createdBefore, ...options } = command.optsWithGlobals<StatsOptions>();
      const query = { action, createdAfter, createdBefore, signal: terminal.stopSignal };
      const answer = await connect(options, terminal).approvals.stats(query);
      await printAnswer(terminal, { answer, json: options.json }, (stats) => printStats(terminal, stats));
    });
}

async function printStats(terminal: Terminal, stats: ApprovalStats): Promise<void> {
  const [p50, p90] = describeTimes(stats);
  printFields(terminal, {
    From: stats.createdAfter,
    Until: stats.createdBefore,
    Calls: String(stats.calls),
    Requests: `${stats.questions}, ${stats.questionsPer100Calls} per 100 calls`,
    Answered: `${stats.approved} yes, ${stats.rejected} no`,
    Unanswered: `${stats.expired} expired, ${stats.canceled} canceled, ${stats.superseded} superseded, ${stats.pending} open`,
    "Time to answer": p50 === "" ? "" : `half within ${p50}, nine of ten within ${p90}`,
  });
  if (stats.rules.length === 0) return;
  terminal.print("");
  await printList(terminal, stats.rules, RULES);
}

function describeTimes({ timeToAnswerMs: time }: Pick<ApprovalStats, "timeToAnswerMs">): [p50: string, p90: string] {
  return time === undefined ? ["", ""] : [roughly(time.p50), roughly(time.p90)];
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
] as const;

/** In the largest unit of which there is one, to one place. */
function roughly(durationMs: number): string {
  const unit = UNITS.find(([unitMs]) => durationMs >= unitMs);
  return unit === undefined ? `${durationMs} ms` : `${Math.round((durationMs / unit[0]) * 10) / 10} ${unit[1]}`;
}
