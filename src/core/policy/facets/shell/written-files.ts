import { MAX_SHELL_NAMES } from "../../limits.ts";
import { type ShellCommand, UNKNOWN, UNKNOWN_WORD, type Word } from "./command.ts";
import { toWord } from "./programs/words.ts";
import type { Reading } from "./reading.ts";
import { enterDirectory } from "./script/directories.ts";
import { findOutput } from "./script/outputs.ts";
import type { SimpleCommand } from "./script/simple-command.ts";
import type { ShellState } from "./state.ts";

/** Programs that fetch files, whose content nobody knows. */
const FETCHERS: ReadonlySet<string> = new Set([
  "curl",
  "wget",
  "wget2",
  "aria2c",
  "fetch",
  "http",
  "https",
  "xh",
  "scp",
  "ftp",
]);

/** Files whose content may run later on, and the shell that writes them. */
interface Writing {
  readonly simple: SimpleCommand;
  readonly command: ShellCommand;
}

/** Remembers what a command writes into files, because a later one may run them. */
export function noteFiles(reading: Reading, state: ShellState, { simple, command }: Writing): void {
  const { program = "", args, redirects } = command;
  if (redirects.length === 0 && program !== "tee" && !FETCHERS.has(program)) return;
  for (const { access, target } of redirects) {
    if (access === "read" || target.text.startsWith("/dev/")) continue;
    noteFile(reading, state, { target, content: findOutput(simple, state.stdin), isAdded: access === "write" });
  }
  if (program === "tee") {
    for (const target of args)
      noteFile(reading, state, { target, content: command.stdin ?? UNKNOWN_WORD, isAdded: true });
  }
  if (!FETCHERS.has(program)) return;
  for (const { text } of args) {
    const target = toWord(text.includes("://") ? nameDownload(text) : text);
    if (!text.startsWith("-") && target.text !== "")
      noteFile(reading, state, { target, content: UNKNOWN_WORD, isAdded: false });
  }
}

/** The last part of an address's path, which a download is named for. */
function nameDownload(address: string): string {
  const end = address.search(/[?#]/);
  const path = end === -1 ? address : address.slice(0, end);
  return path.slice(path.lastIndexOf("/") + 1);
}

interface NewContent {
  readonly target: Word;
  readonly content: Word;
  /** Whether it stands behind what the file had. */
  readonly isAdded: boolean;
}

function noteFile(reading: Reading, state: ShellState, { target, content, isAdded }: NewContent): void {
  for (const directory of state.directories) {
    const path = pathOf(directory, target);
    if (path === undefined || reading.files.size >= MAX_SHELL_NAMES) continue;
    const before = isAdded ? reading.files.get(path) : undefined;
    const isOpaque = content.isOpaque || before?.isOpaque === true;
    reading.files = new Map(reading.files).set(path, {
      ...content,
      isOpaque,
      text: (before?.text ?? "") + content.text,
    });
  }
}

/** In a directory that can't be known a file is still the same by the same name. */
function pathOf(directory: string | undefined, file: Word): string | undefined {
  if (file.isOpaque || file.isGlob) return undefined;
  return enterDirectory(directory, file) ?? `${UNKNOWN}/${file.text}`;
}

/** Finds what the call itself wrote into a file; undefined for any other file, whose content is no part of the call. */
export type ContentFinder = (file: Word) => Word | undefined;

const findNothing: ContentFinder = () => undefined;

/** Looks files up as they are named in a shell at this point of its script. */
export function contentFinder({ files }: Reading, { directories }: ShellState): ContentFinder {
  if (files.size === 0) return findNothing;
  return (file) => {
    for (const directory of directories) {
      const content = files.get(pathOf(directory, file) ?? "");
      if (content !== undefined) return content;
    }
    // What didn't fit may be any file.
    return files.size < MAX_SHELL_NAMES ? undefined : UNKNOWN_WORD;
  };
}
