import type { ShellCommand, Word } from "../shell/command.ts";
import { findCodePaths } from "./code-paths.ts";
import { type CommandWords, cutWord, hasOption, readCommandWords } from "./command-words.ts";
import { readDocker } from "./container-paths.ts";
import { enterBase, type PathBase, UNKNOWN_PATH } from "./create-path.ts";
import { readGit } from "./git-paths.ts";
import { findPatchedFiles } from "./patch-files.ts";
import { PathCollector } from "./path-collector.ts";
import type { Access, PathFact } from "./path-fact.ts";
import { findProgramReader, type ProgramReader } from "./programs/program-index.ts";
import { findScriptPaths } from "./script-paths.ts";
import { readDd, readFind, readSshKeygen, readTar, type SpecialReader } from "./special-programs.ts";
import { readSystemProgram } from "./system-paths.ts";

/** Programs whose command line is like no other's. */
const SPECIAL_READERS: ReadonlyMap<string, SpecialReader> = new Map([
  ["dd", readDd],
  ["docker", readDocker],
  ["find", readFind],
  ["git", readGit],
  ["gfind", readFind],
  ["gtar", readTar],
  ["bsdtar", readTar],
  ["nerdctl", readDocker],
  ["podman", readDocker],
  ["ssh-keygen", readSshKeygen],
  ["tar", readTar],
]);

/** What was read of a command, and where it was taken to start. */
interface KnownPaths {
  readonly start: PathBase;
  readonly paths: readonly PathFact[];
}

/** A command lives as long as its call or longer, and so does what was read of it; other documents mostly start at the same place. */
const KNOWN = new WeakMap<ShellCommand, KnownPaths>();

/** The files that one command speaks of: in its words, its redirections, and the program text that it is given. */
export function readCommandPaths(command: ShellCommand, start: PathBase): readonly PathFact[] {
  const known = KNOWN.get(command);
  if (known !== undefined && isSameBase(known.start, start)) return known.paths;
  const paths = findCommandPaths(command, start);
  KNOWN.set(command, { start, paths });
  return paths;
}

function isSameBase(left: PathBase, right: PathBase): boolean {
  const { workspace, directory, isAdrift } = right;
  return left.workspace === workspace && left.directory === directory && left.isAdrift === isAdrift;
}

function findCommandPaths(command: ShellCommand, start: PathBase): readonly PathFact[] {
  const { program, redirects, code, args, stdin } = command;
  const paths = new PathCollector(enterBase(start, command.cwd));
  for (const { target, access } of redirects) paths.add(target, [access]);
  if (program === undefined) return [...paths.paths, UNKNOWN_PATH];
  if (code !== undefined) paths.paths.push(...findCodePaths(code, paths.base));
  if (program === "apply_patch" || program === "patch") addPatch(paths, args, stdin);
  readSystemProgram(command, paths);
  const special = SPECIAL_READERS.get(program);
  if (special === undefined) readByTable(args, findProgramReader(program), paths);
  else special(command, paths);
  return paths.paths;
}

function addPatch(paths: PathCollector, args: readonly Word[], stdin: Word | undefined): void {
  for (const word of stdin === undefined ? args : [...args, stdin]) {
    for (const { file, access } of findPatchedFiles(word.text))
      paths.add({ ...word, text: file, isGlob: false }, [access]);
  }
}

function readByTable(args: readonly Word[], reader: ProgramReader, paths: PathCollector): void {
  const words = readCommandWords(args, reader);
  const isTree = reader.tree === true || (reader.tree.length > 0 && hasOption(words, reader.tree));
  const into = words.values.some(({ kind }) => kind === "write") ? reader.last : undefined;
  addValues(words, reader, paths);
  const skipped = hasOption(words, reader.skipUnless) ? 0 : reader.skip;
  if (reader.script !== undefined) for (const word of words.operands.slice(0, skipped)) addScript(word, reader, paths);
  const operands = words.operands.slice(skipped).flatMap((word) => findOwnName(word, reader));
  const mode = reader.modes.find(({ options }) => hasOption(words, options));
  for (const [index, word] of operands.entries()) {
    const accesses =
      mode?.operands ?? pickAccesses(reader, { index, count: operands.length, hasDirectory: into !== undefined });
    if (reader.isGuess) paths.addGuess(word, accesses);
    else if (accesses.length > 0) paths.add(word, accesses, isTree && !accesses.includes("delete"));
    else if (/^file:/i.test(word.text) && reader.opensAddresses) paths.add(word, ["read"]);
    else if (reader.sendsFiles) addUpload(word, paths);
  }
  if (reader.last !== undefined && mode === undefined) addMembers(operands, words, paths);
}

/** Where an operand stands. */
interface OperandPlace {
  readonly index: number;
  readonly count: number;
  /** Whether an option names the directory that otherwise stands last. */
  readonly hasDirectory: boolean;
}

function pickAccesses(reader: ProgramReader, { index, count, hasDirectory }: OperandPlace): readonly Access[] {
  if (index === 0 && reader.first !== undefined) return reader.first;
  if (index === count - 1 && count > 1 && reader.last !== undefined && !hasDirectory) return reader.last;
  return reader.operands;
}

function addValues({ values }: CommandWords, reader: ProgramReader, paths: PathCollector): void {
  for (const { kind, word } of values) {
    if (kind === undefined) {
      if (reader.operands.length > 0) paths.addGuess(word, ["read"]);
    } else if (kind === "at") addUpload(word, paths);
    else if (kind === "none" && reader.opensAddresses && /^file:/i.test(word.text)) paths.add(word, ["read"]);
    else if (kind === "glob") paths.add({ ...word, isGlob: true }, ["read"]);
    else if (kind === "script") addScript(word, reader, paths);
    else if (kind !== "none" && kind !== "named") paths.add(word, [kind]);
  }
}

/** `@file`, `name=@file`, `name=<file`, `name:=@file` and `name@file`, as curl and others take what they send; anything else is the text itself. */
function addUpload(word: Word, paths: PathCollector): void {
  const mark = /^(?:[^=@<]*=)?[@<]|^[\w-]+(?::?=)?@/.exec(word.text)?.[0];
  if (mark !== undefined)
    paths.add({ ...cutWord(word, mark.length), text: word.text.slice(mark.length).replace(/;.*$/, "") }, ["read"]);
}

function addScript(word: Word, reader: ProgramReader, paths: PathCollector): void {
  if (reader.script !== undefined) paths.paths.push(...findScriptPaths(reader.script, word, paths.base));
}

/** Files put into a directory bear their own names there: `cp .bashrc ~` writes `~/.bashrc`. */
function addMembers(operands: readonly Word[], { values }: CommandWords, paths: PathCollector): void {
  const named = values.find(({ kind }) => kind === "write")?.word;
  const directory = named ?? operands.at(-1);
  const sources = named === undefined ? operands.slice(0, -1) : operands;
  if (directory === undefined || directory.isOpaque || directory.isGlob) return;
  const { text } = directory;
  if (named === undefined && sources.length < 2 && !/\/$|^(?:~|\.{1,2})$/.test(text)) return;
  for (const source of sources) {
    const name = source.text.replace(/\/+$/, "").split("/").at(-1) ?? "";
    if (name !== "" && !source.isOpaque && !source.isGlob) paths.add({ ...source, text: `${text}/${name}` }, ["write"]);
  }
}

/**
 * A word without the machine that it is on: `host:/etc/hosts` is a system's file there, too, and what is relative lies in a home. Nothing
 * for names that are no paths, such as `s3://bucket/key`. A drive is no machine.
 */
function findOwnName(word: Word, { isRemote, isGuess }: ProgramReader): readonly Word[] {
  const host = isRemote ? /^(?:[\w.@-]{2,}|\[[\da-f:]+\]):(?!\\)/i.exec(word.text)?.[0] : undefined;
  if (host === undefined) return [word];
  const path = word.text.slice(host.length);
  if (isGuess || path.startsWith("//")) return [];
  return [{ ...word, text: /^[/~]/.test(path) ? path : `~/${path}` }];
}
