import { type ShellCommand, UNKNOWN_WORD, type Word } from "../shell/command.ts";
import { findProgramSyntax } from "../shell/programs/program-syntax.ts";
import { cutWord, findOption, readCommandWords } from "./command-words.ts";
import { enterBase } from "./create-path.ts";
import type { PathCollector } from "./path-collector.ts";
import { prepareProgram } from "./programs/program-index.ts";

/** Finds the files in the words of a program whose command line is like no other's. */
export type SpecialReader = (command: ShellCommand, paths: PathCollector) => void;

/** `dd if=… of=…`. */
export const readDd: SpecialReader = ({ args }, paths) => {
  for (const word of args) {
    if (word.text.startsWith("if=")) paths.add(cutWord(word, 3), ["read"]);
    else if (word.text.startsWith("of=")) paths.add(cutWord(word, 3), ["overwrite"]);
  }
};

/** Actions of find that are followed by a command; it ends at `;` or `+` and stands in the call's list by itself. */
const FIND_RUNS = new Set(["-exec", "-execdir", "-ok", "-okdir"]);
const FIND_OUTPUTS = new Set(["-fprint", "-fprint0", "-fprintf", "-fls"]);

/** `find roots… expression`: names are looked at, unless the expression deletes what it finds or writes lists of it. */
export const readFind: SpecialReader = ({ args }, paths) => {
  const start = args.findIndex(({ text }) => !/^-(?:[HLP]|O\d*)$/.test(text));
  const length = args.slice(start).findIndex(({ text }) => /^(?:-|[(!,]$)/.test(text));
  const end = length < 0 ? args.length : start + length;
  const roots = args.slice(start, end);
  let deletes = false;
  for (let index = end; index < args.length; index += 1) {
    const text = args[index]?.text ?? "";
    const next = args[index + 1];
    if (text === "-delete") deletes = true;
    else if (text === "-files0-from" && next !== undefined) paths.add(next, ["read"]);
    else if (FIND_OUTPUTS.has(text) && next !== undefined) paths.add(next, ["overwrite"]);
    else if (FIND_RUNS.has(text)) {
      const last = args.slice(index).findIndex((word) => word.text === ";" || word.text === "+");
      if (last < 0) break;
      index += last;
    }
  }
  paths.addAll(roots, deletes ? ["list", "delete"] : ["list"]);
};

const TAR = prepareProgram(
  {
    programs: "tar",
    operands: [],
    values: { read: "-T --files-from -X --exclude-from", list: "-f --file -C --directory" },
  },
  findProgramSyntax("tar"),
);

/** `tar`: an archive that is read or written, and a tree the other way round. */
export const readTar: SpecialReader = ({ args }, paths) => {
  const words = readCommandWords(spellTarOptions(args), TAR);
  const has = (...options: readonly string[]): boolean => options.some((option) => words.options.has(option));
  const creates = has("-c", "--create", "-r", "--append", "-u", "--update", "-A", "--catenate", "--concatenate");
  const extracts = has("-x", "--extract", "--get");
  const archive = creates ? "overwrite" : "read";
  for (const { option, kind, word } of words.values) {
    if (kind === "read") paths.add(word, ["read"]);
    else if (kind === "list" && /^--?f/.test(option) && !/^[\w.@-]{2,}:/.test(word.text)) paths.add(word, [archive]);
  }
  for (const { option, kind, word } of words.values) {
    if (kind !== "list" || !/^(?:-C|--d)/.test(option)) continue;
    paths.base = enterBase(paths.base, word.isOpaque ? undefined : word.text);
    if (word.isOpaque && extracts) paths.add(word, ["write"], true);
  }
  // Archives may name files from the root on, and then they are written there.
  if (extracts && has("-P", "--absolute-names")) paths.add(UNKNOWN_WORD, ["write"]);
  if (extracts) paths.add({ text: ".", isOpaque: false, isGlob: false, mayBeMany: false }, ["write"], true);
  if (creates) paths.addAll(words.operands, has("--remove-files") ? ["read", "delete"] : ["read"], true);
};

/** The first word of options without its dash, as in `tar cfz out.tgz dir`: their values follow in the order of the letters. */
function spellTarOptions(args: readonly Word[]): readonly Word[] {
  const [first, ...others] = args;
  if (first === undefined || first.text.startsWith("-") || !/^[A-Za-z]+$/.test(first.text)) return args;
  const spelled: Word[] = [];
  for (const letter of first.text) {
    const option = `-${letter}`;
    spelled.push({ ...first, text: option });
    const value = findOption(TAR, option) === undefined ? undefined : others.shift();
    if (value !== undefined) spelled.push(value);
  }
  return [...spelled, ...others];
}

/** Options with which ssh-keygen shows what it finds, or signs, and makes no key. */
const SHOWING_KEYS = ["-l", "-y", "-F", "-B", "-e", "-L", "-Y", "-Q", "-D", "-r"];

const SSH_KEYGEN = prepareProgram({
  programs: "ssh-keygen",
  operands: [],
  values: { write: "-f", none: "-t -b -C -N -P -O" },
});

/** `ssh-keygen`, which makes a key in the home unless it is told where. */
export const readSshKeygen: SpecialReader = ({ args }, paths) => {
  const { options, values } = readCommandWords(args, SSH_KEYGEN);
  if (SHOWING_KEYS.some((option) => options.has(option))) return;
  const files = values.filter(({ kind }) => kind === "write");
  for (const { word } of files) paths.add(word, ["write"]);
  if (files.length === 0)
    paths.add({ text: "~/.ssh/id_ed25519", isOpaque: false, isGlob: false, mayBeMany: false }, ["write"]);
};
