import type { Command } from "commander";
import type { CaseResult, PolicyFault } from "../core/policy/index.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printJson, printList } from "./output.ts";
import { type Terminal, toPrintable } from "./terminal.ts";

/** What came of one file. */
interface FileResult {
  readonly file: string;
  /** Why nothing of it was tried; empty for a file that is right. */
  readonly faults: readonly PolicyFault[];
  readonly results: readonly CaseResult[];
}

const EXAMPLES = `
A file of cases:
  policy: policy.yaml            # relative to this file; or templates: [safe_coding]
  action: bash                   # for the cases that name none; also actor, run, manifest, default
  cases:
    - { input: { command: git push -f }, effect: deny, rule: no-force-push }
    - { name: looking is fine, input: { command: git status }, effect: allow, rule: null }   # null: the default

Examples:
  countersign policy test policy.test.yaml
  countersign policy test policies/tests/*.yaml --json`;

const COLUMNS = {
  headings: ["RESULT", "EFFECT", "RULE", "CASE"],
  widths: [8, 18, 28, 41],
  cells: ({ case: { title }, verdict: { effect, rule }, difference }: CaseResult) => [
    difference === undefined ? "ok" : "FAILED",
    effect,
    rule ?? "(none)",
    title,
  ],
};

/** Adds `policy test`. */
export function addTestCommand(group: Command, context: CommandContext): void {
  group
    .command("test <file...>")
    .description("try files of cases, each a call and the expected effect and rule, without a server")
    .addHelpText("after", EXAMPLES)
    .action(async (files: readonly string[], _: unknown, command: Command) =>
      testFiles(files, command.optsWithGlobals<OutputOptions>(), context),
    );
}

async function testFiles(files: readonly string[], { json }: OutputOptions, context: CommandContext): Promise<void> {
  const { terminal, refuse } = context;
  const results: FileResult[] = [];
  for (const file of files) results.push(await testFile(file));
  if (results.some(({ faults, results: tried }) => faults.length > 0 || tried.some(isFailed))) refuse();
  if (json === true) return printJson(terminal, toSummary(results));
  for (const result of results) await printResult(terminal, result);
  const { passed, failed } = toSummary(results);
  const untried = results.filter(({ faults }) => faults.length > 0).length;
  terminal.print(`${passed} passed, ${failed} failed${untried === 0 ? "" : `, ${untried} files not tried`}`);
}

async function testFile(file: string): Promise<FileResult> {
  const [{ loadCases }, { runCases }] = await Promise.all([
    import("./policy-files.ts"),
    import("../core/policy/index.ts"),
  ]);
  const loaded = loadCases(file);
  if ("faults" in loaded) return { ...loaded, results: [] };
  return { file, faults: [], results: runCases(loaded.policy, loaded.cases) };
}

async function printResult(terminal: Terminal, { file, faults, results }: FileResult): Promise<void> {
  if (faults.length > 0) return (await import("./policy-faults.ts")).printFaults(terminal, file, faults);
  terminal.print(toPrintable(file));
  await printList(terminal, results, COLUMNS);
  for (const { case: tried, difference } of results) {
    if (difference === undefined) continue;
    const place = tried.at === undefined ? "" : `:${tried.at.line}:${tried.at.column}`;
    terminal.print(toPrintable(`${file}${place} ${tried.title}`));
    terminal.print(toPrintable(`  ${difference}`));
  }
}

/** For programs: counts, and what each case was answered. */
function toSummary(files: readonly FileResult[]) {
  const all = files.flatMap(({ results }) => results);
  return {
    passed: all.filter((result) => !isFailed(result)).length,
    failed: all.filter(isFailed).length,
    files: files.map(({ file, faults, results }) => ({ file, faults, cases: results.map(toView) })),
  };
}

function toView({ case: { title, at, effect, rule }, verdict, difference }: CaseResult) {
  const got = { effect: verdict.effect, rule: verdict.rule ?? null, reason: verdict.reason };
  const expected = rule === undefined ? { effect } : { effect, rule };
  return { title, ...at, passed: difference === undefined, expected, got, ...(difference && { difference }) };
}

function isFailed({ difference }: CaseResult): boolean {
  return difference !== undefined;
}
