import { type Command, Option } from "commander";
import type { EvaluateRequest, PolicyView } from "../contract/policy.ts";
import type { RuleExplanation } from "../core/policy/index.ts";
import { collectWords, parseLimit, readJsonArgument, readTextFile } from "./arguments.ts";
import { checkFiles } from "./check-policy.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import type { Terminal } from "./terminal.ts";

interface EvaluateOptions extends ConnectionOptions {
  readonly action: string;
  readonly input: string;
  readonly subject?: string;
  readonly kind?: "user" | "agent" | "service";
  readonly role?: string[];
  readonly group?: string[];
  readonly scope?: string[];
  readonly policy?: string;
  readonly defaultEffect?: NonNullable<EvaluateRequest["defaultEffect"]>;
  readonly explain?: true;
}

type PageOptions = ConnectionOptions & { readonly limit?: number; readonly cursor?: string };

const EXAMPLES = `
Examples:
  countersign policy check policy.yaml
  countersign policy evaluate --action billing.issue_refund --input '{"amountCents":500}' --role agent --explain
  countersign policy evaluate --policy draft.yaml --action billing.issue_refund
  countersign policy publish policy.yaml
  countersign policy versions`;

const COLUMNS = {
  headings: ["VERSION", "SOURCE", "PUBLISHED", "BY", "DIGEST"],
  cells: (policy: PolicyView) => [
    policy.version,
    policy.source,
    policy.publishedAt,
    policy.publishedBy,
    policy.digest.slice(0, 12),
  ],
};

const EXPLAIN_COLUMNS = {
  headings: ["RULE", "EFFECT", "PRIORITY", "MATCHED", "FIRST CONDITION THAT FAILED"],
  cells: ({ rule, effect, priority, matched, decided, failed }: RuleExplanation) => [
    rule,
    effect,
    priority,
    matched ? `yes${decided ? ", decided" : ""}` : "no",
    failed,
  ],
};

/** Adds `policy check | evaluate | publish | versions`. */
export function addPolicyCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const group = program.command("policy").description("check, try and publish policy").addHelpText("after", EXAMPLES);
  group
    .command("check <file...>")
    .description("check documents without a server: every fault as file:line:column")
    .action(async (files: readonly string[], _: unknown, command: Command) => {
      await checkFiles(files, { json: command.optsWithGlobals<ConnectionOptions>().json }, context);
    });
  addEvaluate(group, terminal);
  group
    .command("publish <file>")
    .description("publish a document for your tenant")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await connect(options, terminal).policy.put(await readTextFile(file));
      await printAnswer(terminal, { answer, json: options.json }, (policy) => printPolicy(terminal, policy));
    });
  group
    .command("versions")
    .description("list what was published, newest first")
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (_: unknown, command: Command) => listVersions(command.optsWithGlobals<PageOptions>(), terminal));
}

function addEvaluate(group: Command, terminal: Terminal): void {
  group
    .command("evaluate")
    .description("show what policy would answer; runs and charges nothing")
    .requiredOption("--action <name>", "the action, registered or not")
    .option("--input <json>", "the input: JSON text, @file, or - for standard input", "{}")
    .option("--subject <name>", "the actor's name")
    .addOption(new Option("--kind <kind>", "what the actor is").choices(["user", "agent", "service"]))
    .option("--role <names>", "the actor's roles, joined by commas", collectWords)
    .option("--group <names>", "the actor's groups", collectWords)
    .option("--scope <names>", "the actor's scopes", collectWords)
    .option("--policy <file>", "a document to ask instead of the policy in force")
    .addOption(
      new Option("--default-effect <effect>", "where no rule decides").choices(["allow", "deny", "require_approval"]),
    )
    .option("--explain", "say for each rule why it matched or not")
    .action(async (_: unknown, command: Command) => evaluate(command.optsWithGlobals<EvaluateOptions>(), terminal));
}

async function evaluate(options: EvaluateOptions, terminal: Terminal): Promise<void> {
  const { action, defaultEffect, explain } = options;
  const input = await readJsonArgument("--input", options.input, terminal);
  const policy = options.policy === undefined ? undefined : await readTextFile(options.policy);
  const request = { action, input, actor: toActor(options), policy, defaultEffect, explain };
  const answer = await connect(options, terminal).policy.evaluate(request, { signal: terminal.stopSignal });
  await printAnswer(terminal, { answer, json: options.json }, async (verdict) => {
    printFields(terminal, {
      Effect: verdict.effect,
      Rule: verdict.rule ?? "(the default)",
      Reason: verdict.reason,
      Approval: verdict.obligations.approval,
      Matched: verdict.matched.map(({ rule }) => rule),
    });
    if (verdict.explain !== undefined)
      return printList(terminal, verdict.explain as RuleExplanation[], EXPLAIN_COLUMNS);
  });
}

/** Who is to be asked about; without any of the options that is the caller. */
function toActor({ subject, kind, role, group, scope }: EvaluateOptions): EvaluateRequest["actor"] {
  const actor = { subject, kind, roles: role, groups: group, scopes: scope };
  return Object.values(actor).some((value) => value !== undefined) ? actor : undefined;
}

async function listVersions(options: PageOptions, terminal: Terminal): Promise<void> {
  const { limit, cursor } = options;
  const page = await connect(options, terminal).policy.versions({ limit, cursor, signal: terminal.stopSignal });
  await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
    await printList(terminal, items, COLUMNS);
    noteNextPage(terminal, page);
  });
}

function printPolicy(terminal: Terminal, policy: PolicyView): void {
  printFields(terminal, {
    Version: policy.version,
    Source: policy.source,
    Published: policy.publishedAt,
    By: policy.publishedBy,
    Digest: policy.digest,
  });
}
