import type { ShellCommand, Word } from "../shell/command.ts";
import type { CommandLine } from "../shell/programs/line-reader.ts";
import type { WebProgram } from "./web-programs.ts";

/** Files that keep nothing. */
const KEEPS_NOTHING: ReadonlySet<string> = new Set(["-", "/dev/null", "/dev/stdout", "/dev/stderr", "nul", "$null"]);

/** Whether a program saves what it gets by its own options. */
export function savesItself({ flags }: CommandLine, { saves = false, savers = [], dry = [] }: WebProgram): boolean {
  const isOn = (name: string): boolean => ["yes", "likely"].includes(flags.presenceOf(name));
  if (dry.some(isOn)) return false;
  const given = savers.filter(isOn);
  return given.length === 0 ? saves : given.some((name) => keeps(flags.valuesOf(name)));
}

/** Whether the shell writes what a command prints into a file. */
export function isRedirected({ redirects }: ShellCommand): boolean {
  return redirects.some(({ access, target }) => access !== "read" && keeps([target]));
}

/** Whether what a command prints ends in a file, by one of those behind it in its pipe. */
export function isPipedToFile(commands: readonly ShellCommand[], index: number): boolean {
  for (let next = index + 1; next < commands.length; next += 1) {
    const command = commands[next];
    if (command?.stdin?.isOpaque !== true) return false;
    if (isRedirected(command) || writesInput(command)) return true;
  }
  return false;
}

function writesInput({ program, args }: ShellCommand): boolean {
  const words = args.map(({ text }) => text);
  switch (program) {
    case "tee":
      return keeps(args.filter(({ text }) => !text.startsWith("-")));
    case "dd":
      return words.some((text) => text.startsWith("of=") && !KEEPS_NOTHING.has(text.slice(3)));
    case "tar":
    case "bsdtar":
      return words.some(
        (text, index) => text === "--extract" || (/^-?[a-zA-Z]*x/.test(text) && (index === 0 || text.startsWith("-"))),
      );
    case "sponge":
    case "unzip":
    case "cpio":
    case "out-file":
    case "set-content":
      return true;
    case undefined:
    default:
      return false;
  }
}

/** No value at all is a name that the program chooses. */
function keeps(files: readonly Word[]): boolean {
  return files.length === 0 || files.some(({ text }) => !KEEPS_NOTHING.has(text.toLowerCase()));
}
