import { type Command, Option } from "commander";
import type { EvaluateRequest } from "../contract/policy.ts";
import type { ParsedPolicy } from "../core/policy/index.ts";
import { collectWords } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** Which policy a command is about, besides the document that it names. */
export interface SourceOptions {
  /** Shipped documents to ask, by name. */
  readonly template?: readonly string[];
  /** Where no rule decides. */
  readonly defaultEffect?: NonNullable<EvaluateRequest["defaultEffect"]>;
}

/** A policy that was chosen, for the server and for here. */
export interface PolicySource {
  /** As a request carries it: the text with all that it extends, or the templates' names. */
  readonly wire: NonNullable<EvaluateRequest["policy"]>;
  /** The documents. @throws invalid_policy */
  parse(): readonly ParsedPolicy[];
}

/** Adds the options that choose a policy. */
export function addSourceOptions(command: Command): Command {
  return command
    .option("--template <names>", "shipped documents to ask, joined by commas", collectWords)
    .addOption(
      new Option("--default-effect <effect>", "where no rule decides").choices(["allow", "deny", "require_approval"]),
    );
}

/** The policy that a file or `--template` names; undefined when neither does. @throws UsageError, invalid_policy */
export async function readSource(
  terminal: Terminal,
  file: string | undefined,
  { template: names }: SourceOptions,
): Promise<PolicySource | undefined> {
  if (file !== undefined && names !== undefined) throw new UsageError("Give a document or --template, not both");
  const { loadPolicy, loadTemplates } = await import("./policy-files.ts");
  if (names !== undefined) return { wire: { templates: names }, parse: () => loadTemplates(names) };
  if (file !== undefined) return { wire: await readDocument(terminal, file), parse: () => [loadPolicy(file)] };
  return undefined;
}

/** A document's text with the files that it extends, as servers take it; its warnings are told. @throws UsageError, invalid_policy */
export async function readDocument(terminal: Terminal, file: string): Promise<string> {
  const [{ bundleFile, reviewFile }, { noteWarnings }] = await Promise.all([
    import("./policy-files.ts"),
    import("./policy-faults.ts"),
  ]);
  const text = bundleFile(file);
  noteWarnings(terminal, file, reviewFile(file).warnings);
  return text;
}
