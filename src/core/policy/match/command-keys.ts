import { addFault, type Cursor, readBoolean, readEach, readMap, readText } from "../document/cursor.ts";
import type { DocumentNode } from "../document/document-tree.ts";
import { MAX_PATTERN_CHARS } from "../limits.ts";
import { COMMAND_CHECKS } from "./command-checks.ts";
import type { CommandTest } from "./command-test.ts";
import { readWordPattern, type WordPattern } from "./command-word.ts";
import type { MatchContext } from "./condition.ts";

/** One mapping under `match.command`, read. */
export interface CommandMapping {
  /** What must hold of a command. */
  readonly test: CommandTest;
  /** Whether it also holds of a call without any command. */
  readonly isOptional: boolean;
  /** What it asks for, as one short text for people. */
  readonly expected: string;
}

const KEYS = { known: ["program", "subcommand", ...Object.keys(COMMAND_CHECKS), "optional"] };

/** Keys that only a git command can fulfil. */
const GIT_KEYS = ["config_any", "pushes"];

/** Reads a mapping; undefined after a fault. */
export function readCommandMapping(cursor: Cursor, context: MatchContext): CommandMapping | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  const asked = [...members].filter(([key]) => key !== "optional");
  if (asked.length === 0)
    return addFault(cursor, "This mapping asks for nothing", `give it one of ${KEYS.known.join(", ")}`);
  const optional = members.get("optional");
  const isOptional = (optional && readBoolean(optional)) ?? false;
  const checks = Object.entries(COMMAND_CHECKS).flatMap(([key, read]) => {
    const member = members.get(key);
    return (member && read(member, context)) ?? [];
  });
  const test: CommandTest = {
    ...readProgram(members, context),
    subcommands: readSubcommands(members),
    checks,
    isRestricting: context.quantifier === "any",
  };
  const expected = asked.map(([key, { node }]) => `${key} ${describeValue(node)}`).join(", ");
  return { test, isOptional, expected };
}

function readProgram(
  members: ReadonlyMap<string, Cursor>,
  context: MatchContext,
): Pick<CommandTest, "programs" | "programPatterns"> {
  const program = members.get("program");
  if (program === undefined) {
    const isForGit = GIT_KEYS.some((key) => members.has(key));
    return { programs: isForGit ? new Set(["git"]) : undefined, programPatterns: [] };
  }
  const patterns: readonly WordPattern[] = readEach(program, (item) => readWordPattern(item, context)) ?? [];
  return {
    programs: new Set(patterns.flatMap(({ exact }) => exact ?? [])),
    programPatterns: patterns.filter(({ exact }) => exact === undefined),
  };
}

function readSubcommands(members: ReadonlyMap<string, Cursor>): CommandTest["subcommands"] {
  const subcommand = members.get("subcommand");
  if (subcommand === undefined) return undefined;
  if (!members.has("program")) return addFault(subcommand, "A subcommand needs a program to belong to");
  return readEach(subcommand, readSubcommand);
}

function readSubcommand(cursor: Cursor): readonly string[] | undefined {
  const text = readText(cursor, { min: 1, max: MAX_PATTERN_CHARS });
  if (text === undefined || /^[^-\s*?][^\s*?]*( [^-\s*?][^\s*?]*)*$/.test(text)) return text?.split(" ");
  return addFault(
    cursor,
    "A subcommand is one word, or several with a space between",
    "for example push, or stash drop",
  );
}

function describeValue(node: DocumentNode): string {
  switch (node.kind) {
    case "scalar":
      return String(node.value);
    case "list":
      return node.items.map(describeValue).join(" ");
    case "map":
      return node.entries.map(({ key, value }) => `${key} ${describeValue(value)}`).join(" ");
  }
}
