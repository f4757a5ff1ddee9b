import { type Cursor, readEach } from "../document/cursor.ts";
import { type ShellCommand, UNKNOWN_COMMAND } from "../facets/shell/command.ts";
import { nameSubcommand } from "../facets/shell/programs/name-subcommand.ts";
import { type Truth, truthOf } from "../truth.ts";
import { askIndex, createCommandIndex } from "./command-index.ts";
import { readCommandMapping } from "./command-keys.ts";
import { type Condition, type ConditionReader, type MatchContext, quantify } from "./condition.ts";

/** Reads `match.command`: a mapping, or several any of which may hold of a command, or `none` for calls that run nothing. */
export const readCommandCondition: ConditionReader = (cursor, context) => {
  const { node } = cursor;
  if (node.kind === "scalar" && node.value === "none") return createCondition(["none"], holdsOfNone);
  return readMappings(cursor, context);
};

function createCondition(
  expected: readonly string[],
  holdsOf: (commands: readonly ShellCommand[]) => Truth,
): Condition {
  return {
    field: "command",
    expected,
    holds: ({ facets }) => holdsOf(facets.commands.commands),
    sees: ({ facets }) => facets.commands.commands.map(describeCommand),
  };
}

/** What can't be read at all may be no command. */
function holdsOfNone(commands: readonly ShellCommand[]): Truth {
  if (commands.length === 0) return "yes";
  return commands.every((command) => command === UNKNOWN_COMMAND) ? "unknown" : "no";
}

function readMappings(cursor: Cursor, context: MatchContext): Condition | undefined {
  const mappings = readEach(cursor, (item) => readCommandMapping(item, context));
  if (mappings === undefined) return undefined;
  const { quantifier } = context;
  const tests = mappings.map(({ test }) => test);
  const index = createCommandIndex(tests, quantifier === "any");
  const isOptional = mappings.some((mapping) => mapping.isOptional);
  const expected = mappings.map((mapping) => mapping.expected);
  return createCondition(expected, (commands) => {
    const [first] = commands;
    if (first === undefined) return truthOf(isOptional);
    return commands.length === 1
      ? askIndex(index, first)
      : quantify(quantifier, commands, (command) => askIndex(index, command));
  });
}

/** The program and its subcommand; the other words may be secret. */
function describeCommand(command: ShellCommand): string {
  const { program = "?", args } = command;
  const words = [program, ...nameSubcommand(command)];
  return args.length < words.length ? words.join(" ") : `${words.join(" ")} …`;
}
