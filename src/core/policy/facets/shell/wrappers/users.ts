import { parseOptionTable } from "../programs/option-table.ts";
import { toWord } from "../programs/words.ts";
import { type Run, type Runner, UNKNOWN_RUN } from "../runs.ts";
import { splitAssignments } from "./run-wrapper.ts";
import { readWrapperLine } from "./wrapper-line.ts";

const SU =
  parseOptionTable(`-c|--command= --session-command= -s|--shell= -g|--group= -G|--supp-group= -u|--user= -w|--whitelist-environment= -l|--login
  -m|-p|--preserve-environment -P|--pty -f|--fast -T|--no-pty - -h|--help -V|--version`);

/** What su and runuser run: the text of `-c`, the words behind `-u user`, or a shell with the words behind the user's name. */
export function runSu({ command: { args } }: Runner): readonly Run[] {
  const { options, rest, isUnclear } = readWrapperLine(SU, args);
  if (options.has("-u")) return rest.length === 0 ? [] : [{ kind: "command", words: rest }];
  const late = readWrapperLine(SU, rest.slice(1));
  const texts = ["-c", "--session-command"].flatMap((name) => [
    ...(options.get(name) ?? []),
    ...(late.options.get(name) ?? []),
  ]);
  const scripts = texts.map((text): Run => (text === undefined ? UNKNOWN_RUN : { kind: "script", text }));
  const runs: readonly Run[] = texts.length > 0 ? scripts : [{ kind: "command", words: [toWord("sh"), ...late.rest] }];
  return isUnclear || late.isUnclear ? [...runs, UNKNOWN_RUN] : runs;
}

const ENV =
  parseOptionTable(`-i|--ignore-environment - -0|--null -u|--unset= -C|--chdir= -S|--split-string= -v|--debug --block-signal[=] --default-signal[=]
  --ignore-signal[=] --list-signal-handling -a|--argv0= -P= -L= -U= --help --version`);

/** What env runs: the words behind its settings, or those that `-S` splits a word into. */
export function runEnv({ command: { args } }: Runner): readonly Run[] {
  const { options, rest, isUnclear } = readWrapperLine(ENV, args);
  const chdir = options.get("-C");
  const elsewhere = chdir === undefined ? undefined : { directory: chdir.at(-1) };
  const [split] = options.get("-S") ?? [];
  if (split !== undefined) {
    const text = { ...split, text: `env ${split.text}` };
    return [{ kind: "script", text, args: rest, elsewhere }];
  }
  const { assignments, words } = splitAssignments(rest);
  const runs: readonly Run[] = words.length === 0 ? [] : [{ kind: "command", words, assignments, elsewhere }];
  return isUnclear ? [...runs, UNKNOWN_RUN] : runs;
}
