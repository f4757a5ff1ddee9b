import { expect, test } from "vitest";
import { CallFacets } from "../../../../../src/core/policy/facets/call-facets.ts";
import {
  type ShellCommand,
  UNKNOWN,
  UNKNOWN_COMMAND,
  type Word,
} from "../../../../../src/core/policy/facets/shell/command.ts";
import { readCommands } from "../../../../../src/core/policy/facets/shell/read-commands.ts";

/** The commands of a call. */
export function commandsOf(input: unknown, action = "bash"): readonly ShellCommand[] {
  return readCommands(new CallFacets(action, () => input, { capabilityNames: {}, workspace: undefined })).commands;
}

/**
 * The commands of a call as short texts: `rm -rf ‹?›`, with `‹?›+` for a word that may be many, quotes around a word with spaces,
 * `‹glob›` behind a glob, and behind the words the directory (`@/etc`), redirects (`>file`), assignments (`{A=b}`) and input (`<text`).
 */
export function showCommands(input: unknown, action = "bash"): string[] {
  return commandsOf(input, action).map(showCommand);
}

/** The commands of a shell line, as {@link showCommands} writes them. */
export function showLine(line: string): string[] {
  return showCommands({ command: line });
}

/** What stands for a command that can't be known at all. */
export const ANYTHING = "anything";

/** Makes a test of each line: it is followed by the commands that are read of it. */
export function testLines(lines: readonly (readonly [string, ...string[]])[]): void {
  const cases = lines.map(([line, ...commands]) => ({ line, commands }));
  test.each(cases)("readCommands() reads $line", ({ line, commands }) => {
    expect(showLine(line)).toEqual(commands);
  });
}

function showCommand(command: ShellCommand): string {
  if (command === UNKNOWN_COMMAND) return ANYTHING;
  const { program = "‹?›", args, cwd, redirects, assignments, stdin, code } = command;
  return [
    program,
    ...args.map(showWord),
    ...(cwd === "." ? [] : [`@${cwd ?? "‹?›"}`]),
    ...redirects.map(({ access, target }) => `${access}:${showWord(target)}`),
    ...(assignments.length === 0
      ? []
      : [`{${assignments.map(({ name, value }) => `${name}=${showWord(value)}`).join(",")}}`]),
    ...(stdin === undefined ? [] : [`<${showWord(stdin)}`]),
    ...(code === undefined ? [] : [`code:${showWord(code)}`]),
  ].join(" ");
}

function showWord({ text, isOpaque, isGlob, mayBeMany }: Word): string {
  if (isOpaque !== text.includes(UNKNOWN)) throw new Error(`Opaque or not: ${JSON.stringify(text)}`);
  const shown = text.replaceAll(UNKNOWN, "‹?›");
  const quoted = shown === "" || /[\s"]/.test(shown) ? JSON.stringify(shown) : shown;
  return `${quoted}${isGlob ? "‹glob›" : ""}${mayBeMany ? "+" : ""}`;
}
