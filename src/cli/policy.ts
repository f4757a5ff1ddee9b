import type { Command } from "commander";
import type { PolicyView } from "../contract/policy.ts";
import { parseLimit } from "./arguments.ts";
import { addCheckCommand } from "./check-policy.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { addEvaluateCommand } from "./evaluate-policy.ts";
import { printFields, printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import { readDocument } from "./policy-source.ts";
import { addReplayCommand } from "./replay-policy.ts";
import { type Terminal, toPrintable } from "./terminal.ts";
import { addTestCommand } from "./test-policy.ts";

type LayerOptions = ConnectionOptions & { readonly organisation?: true };
type PageOptions = LayerOptions & { readonly limit?: number; readonly cursor?: string };

const EXAMPLES = `
From a first draft to the policy in force:
  countersign policy check policy.yaml
  countersign policy test policy.test.yaml
  countersign policy evaluate --local --policy policy.yaml --action billing.issue_refund --explain
  countersign policy replay policy.yaml
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

/** Adds `policy check | test | evaluate | replay | publish | versions`. */
export function addPolicyCommand(program: Command, context: CommandContext): void {
  const group = program.command("policy").description("check, try and publish policy").addHelpText("after", EXAMPLES);
  addCheckCommand(group, context);
  addTestCommand(group, context);
  addEvaluateCommand(group, context);
  addReplayCommand(group, context);
  addPublishCommand(group, context);
  addVersionsCommand(group, context);
}

function addPublishCommand(group: Command, { terminal }: CommandContext): void {
  group
    .command("publish <file>")
    .description("publish a document for your tenant, with the files that it extends")
    .option("--organisation", "for every tenant: each call must pass it besides its tenant's own")
    .addHelpText("after", "\nExample:\n  countersign policy publish policy.yaml")
    .action(async (file: string, _: unknown, command: Command) =>
      publish(file, command.optsWithGlobals<LayerOptions>(), terminal),
    );
}

async function publish(file: string, options: LayerOptions, terminal: Terminal): Promise<void> {
  const text = await readDocument(terminal, file);
  const answer = await connect(options, terminal).policy.put(text, layerOf(options));
  await printAnswer(terminal, { answer, json: options.json }, (policy) => printPolicy(terminal, policy));
  if (options.json !== true)
    for (const warning of answer.warnings ?? []) terminal.note(toPrintable(`warning: ${warning}`));
}

function addVersionsCommand(group: Command, { terminal }: CommandContext): void {
  group
    .command("versions")
    .description("list what was published, newest first")
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .option("--organisation", "what was published for every tenant")
    .action(async (_: unknown, command: Command) => listVersions(command.optsWithGlobals<PageOptions>(), terminal));
}

async function listVersions(options: PageOptions, terminal: Terminal): Promise<void> {
  const { limit, cursor } = options;
  const request = { limit, cursor, ...layerOf(options), signal: terminal.stopSignal };
  const page = await connect(options, terminal).policy.versions(request);
  await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
    await printList(terminal, items, COLUMNS);
    noteNextPage(terminal, page);
  });
}

function layerOf({ organisation }: LayerOptions): { readonly layer?: "organisation" } {
  return organisation === true ? { layer: "organisation" } : {};
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
