import type { Command } from "commander";
import type { PolicyFault } from "../core/policy/index.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printJson } from "./output.ts";
import { type Terminal, toPrintable } from "./terminal.ts";

interface CheckOptions extends OutputOptions {
  readonly strict?: true;
}

/** What was found in one document. */
interface FileCheck {
  readonly file: string;
  readonly faults: readonly PolicyFault[];
  /** What is allowed and probably not meant; looked for in documents without faults only. */
  readonly warnings: readonly PolicyFault[];
}

const EXAMPLES = `
Faults make a document unusable. Warnings name what can't be meant, such as a rule that never decides.

Examples:
  countersign policy check policy.yaml
  countersign policy check --strict policies/*.yaml`;

/** Adds `policy check`. */
export function addCheckCommand(group: Command, context: CommandContext): void {
  group
    .command("check <file...>")
    .description("check documents without a server: every fault and warning as file:line:column")
    .option("--strict", "fail for warnings, too")
    .addHelpText("after", EXAMPLES)
    .action(async (files: readonly string[], _: unknown, command: Command) =>
      checkFiles(files, command.optsWithGlobals<CheckOptions>(), context),
    );
}

async function checkFiles(files: readonly string[], options: CheckOptions, context: CommandContext): Promise<void> {
  const { terminal, refuse } = context;
  const { reviewFile } = await import("./policy-files.ts");
  const checks = files.map((file) => ({ file, ...reviewFile(file) }));
  const isStrict = options.strict === true;
  if (checks.some(({ faults, warnings }) => faults.length > 0 || (isStrict && warnings.length > 0))) refuse();
  if (options.json === true) return printJson(terminal, { files: checks });
  for (const check of checks) await printCheck(terminal, check);
}

async function printCheck(terminal: Terminal, { file, faults, warnings }: FileCheck): Promise<void> {
  if (faults.length === 0) terminal.print(toPrintable(`${file}: no faults${countWarnings(warnings.length)}`));
  const { printFaults, printWarnings } = await import("./policy-faults.ts");
  printFaults(terminal, file, faults);
  printWarnings(terminal, file, warnings);
}

function countWarnings(count: number): string {
  if (count === 0) return "";
  return count === 1 ? ", 1 warning" : `, ${count} warnings`;
}
