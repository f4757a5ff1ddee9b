import { type Command, InvalidArgumentError } from "commander";
import { MAX_REPLAYED } from "../contract/limits.ts";
import type { ReplayAnswer, ReplayChange, ReplayTransition } from "../contract/policy-replay.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { addSourceOptions, readSource, type SourceOptions } from "./policy-source.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface ReplayOptions extends ConnectionOptions, SourceOptions {
  readonly after?: string;
  readonly before?: string;
  readonly action?: string;
  readonly limit?: number;
  readonly organisation?: true;
  readonly failOnChange?: true;
}

const EXAMPLES = `
Needs the permissions policy and audit. Nothing is executed or written; actors are those of the time, manifests those of today.

Examples:
  countersign policy replay draft.yaml
  countersign policy replay draft.yaml --after 2026-01-01 --action billing.issue_refund
  countersign policy replay --template safe_coding --default-effect allow --fail-on-change`;

const TRANSITIONS = {
  headings: ["FROM", "TO", "COUNT"],
  cells: ({ from, to, count }: ReplayTransition) => [from, to, count],
};
const CHANGES = {
  headings: ["ID", "ACTION", "ACTOR", "FROM → TO"],
  widths: [32, 24, 14, 25],
  cells: ({ id, action, actor, from, to }: ReplayChange) => [id, action, actor, `${describe(from)} → ${describe(to)}`],
};

/** Adds `policy replay`. */
export function addReplayCommand(group: Command, context: CommandContext): void {
  const command = group
    .command("replay [file]")
    .description("show what a proposed document would have changed of the verdicts on record")
    .option("--after <time>", "only calls after this RFC 3339 time, or date", parseInstant)
    .option("--before <time>", "only calls before this time", parseInstant)
    .option("--action <name>", "only calls of this action")
    .option("--limit <calls>", `the newest so many calls, 1 to ${MAX_REPLAYED}`, parseCount)
    .option("--organisation", "take the document for the organisation's, beside your tenant's own")
    .option("--fail-on-change", "exit with 1 when a verdict would change");
  addSourceOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, _: unknown, self: Command) =>
      replay(file, self.optsWithGlobals<ReplayOptions>(), context),
    );
}

async function replay(file: string | undefined, options: ReplayOptions, context: CommandContext): Promise<void> {
  const { terminal, refuse } = context;
  const source = await readSource(terminal, file, options);
  if (source === undefined) throw new UsageError("Name the proposed document, or --template");
  const { after, before, action, limit, defaultEffect } = options;
  const layer = options.organisation === true ? ("organisation" as const) : undefined;
  const request = { policy: source.wire, layer, defaultEffect, after, before, action, limit };
  const answer = await connect(options, terminal).policy.replay(request, { signal: terminal.stopSignal });
  if (options.failOnChange === true && answer.changed > 0) refuse();
  await printAnswer(terminal, { answer, json: options.json }, () => printReplay(terminal, answer));
}

async function printReplay(terminal: Terminal, answer: ReplayAnswer): Promise<void> {
  const { considered, unchanged, changed, transitions, changes } = answer;
  printFields(terminal, { Considered: considered, Unchanged: unchanged, Changed: changed });
  if (changed > 0) {
    terminal.print("");
    await printList(terminal, transitions, TRANSITIONS);
    terminal.print("");
    await printList(terminal, changes, CHANGES);
  }
  if (answer.truncated === true) terminal.note(`Only the newest ${changes.length} changes are listed`);
  if (answer.more === true) terminal.note(`Only the newest ${considered} calls of the period were considered`);
}

function describe({ effect, rule, uncertain }: ReplayChange["to"]): string {
  return `${effect} (${rule ?? "no rule"}${uncertain === true ? ", uncertain" : ""})`;
}

function parseInstant(argument: string): string {
  const atMs = Date.parse(argument);
  if (Number.isNaN(atMs)) throw new InvalidArgumentError("Give a time as 2026-01-31T12:00:00Z, or a date.");
  return new Date(atMs).toISOString();
}

function parseCount(argument: string): number {
  const count = Number(argument);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_REPLAYED) return count;
  throw new InvalidArgumentError(`Give a number from 1 to ${MAX_REPLAYED}.`);
}
