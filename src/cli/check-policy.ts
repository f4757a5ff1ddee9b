import { readTextFile } from "./arguments.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printJson } from "./output.ts";
import { toPrintable } from "./terminal.ts";

/** Checks policy documents as files; prints one line per fault, `file:line:column message`, as editors and CI read it. */
export async function checkFiles(
  files: readonly string[],
  { json }: OutputOptions,
  { terminal, refuse }: CommandContext,
): Promise<void> {
  const { checkPolicy, formatFault } = await import("../core/policy/index.ts");
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readTextFile(file) })));
  const checks = texts.map(({ file, text }) => {
    const check = checkPolicy(text);
    return { file, faults: "faults" in check ? check.faults : [] };
  });
  if (checks.some(({ faults }) => faults.length > 0)) refuse();
  if (json === true) return printJson(terminal, { files: checks });
  for (const { file, faults } of checks) {
    if (faults.length === 0) terminal.print(toPrintable(`${file}: no faults`));
    for (const { line, column, ...fault } of faults) {
      const place = line === undefined ? "" : `:${line}:${column}`;
      terminal.print(toPrintable(`${file}${place} ${formatFault(fault)}`));
    }
  }
}
