import type { Word } from "../command.ts";
import { sliceWord } from "../programs/words.ts";
import type { Run, Runner } from "../runs.ts";

/** An option whose value is a command. */
export interface CommandOption {
  /** All of its spellings. */
  readonly names: readonly string[];
  /** What the value begins with in front of the command; any other value is none. */
  readonly mark?: RegExp;
}

const SSH_SETTING = /^(?:ProxyCommand|LocalCommand|KnownHostsCommand|RemoteCommand)[ =] */i;
const SSH: readonly CommandOption[] = [{ names: ["-o"], mark: SSH_SETTING }];
const COPY: readonly CommandOption[] = [{ names: ["-S"] }, ...SSH];
const APT: readonly CommandOption[] = [
  { names: ["-o", "--option"], mark: /^[\w:-]*(?:-Invoke|Pre-Install-Pkgs)[\w:-]*= */i },
];

/** Options whose value is a command, by program. */
export const COMMAND_OPTIONS: Readonly<Record<string, readonly CommandOption[]>> = {
  tar: [
    { names: ["--checkpoint-action"], mark: /^exec=/ },
    { names: ["--to-command", "-I", "--use-compress-program", "-F", "--info-script", "--new-volume-script"] },
    { names: ["--rsh-command", "--rmt-command"] },
  ],
  bsdtar: [{ names: ["--use-compress-program"] }],
  rsync: [{ names: ["-e", "--rsh", "--rsync-path"] }],
  zip: [{ names: ["-TT", "--unzip-command"] }],
  split: [{ names: ["--filter"] }],
  sort: [{ names: ["--compress-program"] }],
  cpio: [{ names: ["--rsh-command"] }],
  man: [{ names: ["-P", "--pager", "-H"] }],
  wget: [{ names: ["--use-askpass"] }],
  tcpdump: [{ names: ["-z"] }],
  rg: [{ names: ["--pre", "--hostname-bin"] }],
  ssh: SSH,
  scp: COPY,
  sftp: COPY,
  apt: APT,
  "apt-get": APT,
  aptitude: APT,
  "start-stop-daemon": [{ names: ["-a", "--startas", "-x", "--exec"] }],
};

/** What runs because an option names it, as with `tar --to-command`. */
export function findOptionRuns(options: readonly CommandOption[], { command: { args } }: Runner): readonly Run[] {
  return options.flatMap((option) => args.flatMap((word, index) => findValue(option, word, args[index + 1])));
}

function findValue({ names, mark }: CommandOption, word: Word, next: Word | undefined): Run[] {
  for (const name of names) {
    const value = valueOf(name, word, next);
    if (value === undefined) continue;
    const front = mark === undefined ? "" : mark.exec(value.text)?.[0];
    if (front !== undefined) return [{ kind: "script", text: sliceWord(value, front.length) }];
  }
  return [];
}

/** Attached to the option, or the next word. */
function valueOf(name: string, word: Word, next: Word | undefined): Word | undefined {
  const { text } = word;
  if (text === name) return next;
  if (text.startsWith(`${name}=`)) return sliceWord(word, name.length + 1);
  return name.length === 2 && text.startsWith(name) ? sliceWord(word, 2) : undefined;
}
