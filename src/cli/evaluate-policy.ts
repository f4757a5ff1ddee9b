import { type Command, Option } from "commander";
import type { EvaluateRequest, Verdict } from "../contract/policy.ts";
import type { FailedCondition, RuleExplanation } from "../core/policy/index.ts";
import { collectWords, readJsonArgument } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { addSourceOptions, readSource, type SourceOptions } from "./policy-source.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface EvaluateOptions extends ConnectionOptions, SourceOptions {
  readonly action: string;
  readonly input: string;
  readonly policy?: string;
  readonly subject?: string;
  readonly kind?: "user" | "agent" | "service";
  readonly role?: string[];
  readonly group?: string[];
  readonly scope?: string[];
  readonly run?: string;
  readonly explain?: true;
  readonly local?: true;
}

/** A verdict and, on request, why each rule did or didn't match. */
type Answer = Verdict & { readonly explain?: readonly unknown[] };

const EXAMPLES = `
Without --policy or --template the policy in force is asked, without --local by the server, which knows the actions' manifests.

Examples:
  countersign policy evaluate --action billing.issue_refund --input '{"amountCents":500}' --role agent --explain
  countersign policy evaluate --policy draft.yaml --action billing.issue_refund
  countersign policy evaluate --local --template safe_coding --action bash --input '{"command":"git push -f"}'`;

/** Characters that a table shows of what a condition expected and of what it saw. Our choice: a few lines of a cell. */
const MAX_SHOWN_CHARS = 80;

const COLUMNS = {
  headings: ["RULE", "EFFECT", "PRIO", "MATCHED", "WHY NOT"],
  widths: [25, 18, 6, 12, 33],
  cells: (explained: RuleExplanation) => [
    explained.rule,
    explained.enforce ? explained.effect : `${explained.effect} (shadow)`,
    explained.priority,
    describeMatch(explained),
    describeFailures(explained),
  ],
};

/** Adds `policy evaluate`. */
export function addEvaluateCommand(group: Command, { terminal }: CommandContext): void {
  const command = group
    .command("evaluate")
    .description("show what policy would answer; runs and charges nothing")
    .requiredOption("--action <name>", "the action, registered or not")
    .option("--input <json>", "the input: JSON text, @file, or - for standard input", "{}")
    .option("--subject <name>", "the actor's name")
    .addOption(new Option("--kind <kind>", "what the actor is").choices(["user", "agent", "service"]))
    .option("--role <names>", "the actor's roles, joined by commas", collectWords)
    .option("--group <names>", "the actor's groups", collectWords)
    .option("--scope <names>", "the actor's scopes", collectWords)
    .option("--run <id>", "the agent's run that the call belongs to")
    .option("--policy <file>", "a document to ask instead of the policy in force")
    .option("--explain", "say for each rule why it matched or not, in short; all of it with --json")
    .option("--local", "ask here, without a server: needs --policy or --template, and no manifest is known");
  addSourceOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, self: Command) => evaluate(self.optsWithGlobals<EvaluateOptions>(), terminal));
}

async function evaluate(options: EvaluateOptions, terminal: Terminal): Promise<void> {
  const input = await readJsonArgument("--input", options.input, terminal);
  const answer = await (options.local === true ? askHere : askServer)(options, { input, terminal });
  await printAnswer(terminal, { answer, json: options.json }, (verdict) => printVerdict(terminal, verdict));
}

/** What is asked with, besides the options. */
interface Asking {
  readonly input: unknown;
  readonly terminal: Terminal;
}

async function askServer(options: EvaluateOptions, { input, terminal }: Asking): Promise<Answer> {
  const { action, run: session, defaultEffect, explain } = options;
  const source = await readSource(terminal, options.policy, options);
  const request = { action, input, actor: toActor(options), session, policy: source?.wire, defaultEffect, explain };
  return connect(options, terminal).policy.evaluate(request, { signal: terminal.stopSignal });
}

async function askHere(options: EvaluateOptions, { input, terminal }: Asking): Promise<Answer> {
  const { action, run, defaultEffect, explain } = options;
  const source = await readSource(terminal, options.policy, options);
  if (source === undefined) throw new UsageError("--local needs --policy or --template");
  const { compilePolicy } = await import("../core/policy/index.ts");
  const policy = compilePolicy(source.parse(), { defaultEffect });
  const call = { action, input, actor: toActor(options), run };
  const verdict = policy.evaluate(call);
  return explain === true ? { ...verdict, explain: policy.explain(call) } : verdict;
}

/** Who is to be asked about; without any of the options that is the caller, and nobody where there is none. */
function toActor({ subject, kind, role, group, scope }: EvaluateOptions): EvaluateRequest["actor"] {
  const actor = { subject, kind, roles: role, groups: group, scopes: scope };
  return Object.values(actor).some((value) => value !== undefined) ? actor : undefined;
}

async function printVerdict(terminal: Terminal, verdict: Answer): Promise<void> {
  const { effect, rule, reason, defaulted, obligations, matched, shadow, explain } = verdict;
  printFields(terminal, {
    Effect: effect,
    Rule: rule ?? (defaulted ? "(the default)" : "(before any rule)"),
    Reason: reason,
    Approval: obligations.approval,
    Matched: matched.map((each) => each.rule),
    Shadow: shadow.map((each) => `${each.rule} (${each.effect})`),
  });
  if (explain === undefined) return;
  terminal.print("");
  await printList(terminal, explain as RuleExplanation[], COLUMNS);
}

function describeMatch({ matched, decided, uncertain }: RuleExplanation): string {
  const truth = uncertain === true ? "may" : matched ? "yes" : "no";
  return decided ? `${truth}, decided` : truth;
}

/** The condition that keeps a rule from matching; of several alternatives the one that nobody can tell of, or the first. */
function describeFailures({ failed, alternatives = [] }: RuleExplanation): string {
  const shown = alternatives.find(({ uncertain }) => uncertain === true) ?? failed ?? alternatives[0];
  if (shown === undefined) return "";
  const others = alternatives.length > 1 ? ` (1 of ${alternatives.length} alternatives)` : "";
  return `${describeFailure(shown)}${others}`;
}

function describeFailure({ field, expected, saw, uncertain }: FailedCondition): string {
  const seen = cut(saw === undefined || typeof saw === "string" ? (saw ?? "") : saw.join(", "));
  const doubt = uncertain === true ? ", which can't be known" : "";
  return `${field}: expected ${cut(expected.join(", "))}; saw ${seen === "" ? "nothing" : seen}${doubt}`;
}

function cut(text: string): string {
  return text.length <= MAX_SHOWN_CHARS ? text : `${text.slice(0, MAX_SHOWN_CHARS - 1)}…`;
}
