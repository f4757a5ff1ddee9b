import type { ShellCommand } from "../command.ts";

/** Commands whose readings are kept. Our choice: most calls run fewer. */
const KEPT_COUNT = 8;

/**
 * Makes a reading of commands that isn't repeated for the few that were read last: every rule asks about the same ones, one
 * rule after the other. A weak map would keep them all, at ten times the cost of the reading itself.
 */
export function rememberLast<Value extends object>(
  read: (command: ShellCommand) => Value,
): (command: ShellCommand) => Value {
  const commands: ShellCommand[] = [];
  const values: Value[] = [];
  let next = 0;
  return (command) => {
    const place = commands.indexOf(command);
    const known = place < 0 ? undefined : values[place];
    if (known !== undefined) return known;
    const value = read(command);
    commands[next] = command;
    values[next] = value;
    next = (next + 1) % KEPT_COUNT;
    return value;
  };
}
