import { type ShellCommand, UNKNOWN, type Word } from "../command.ts";
import { commandLineOf } from "./command-line.ts";
import { type Presence, strongest } from "./flags.ts";
import { parseGitBoolean } from "./git-booleans.ts";
import { type GitSetting, gitSettingsOf } from "./git-settings.ts";
import type { CommandLine } from "./line-reader.ts";
import { rememberLast } from "./remember.ts";
import { sliceWord, toWord } from "./words.ts";

/** One branch or tag, or several, that a `git push` changes on the other side. */
export interface PushedRef {
  /** Its name there without `refs/heads/`; opaque where it may be one of several: nothing named, `HEAD`, a wildcard. */
  readonly name: Word;
  /** Whether it is overwritten whatever is there. */
  readonly isForced: Presence;
  /** Whether it is deleted. */
  readonly isDeleted: Presence;
}

/** Options that overwrite; a lease only makes that safer. */
const FORCING = ["--force", "--force-with-lease", "--force-if-includes", "--mirror"];
/** Options that delete: what is named, or what has no counterpart here. */
const DELETING = ["--delete", "--prune", "--mirror"];
/** Any branch: what is pushed is up to the configuration, or to the branch that is checked out. */
const ANY_NAME = toWord(UNKNOWN);
/** What can't be known at all. */
const ANYTHING: readonly PushedRef[] = [{ name: ANY_NAME, isForced: "unknown", isDeleted: "unknown" }];

/** What a `git push` changes; nothing for other commands, and for one that only tries (`--dry-run`). */
export const gitPushOf = rememberLast(readPush);

function readPush(command: ShellCommand): readonly PushedRef[] {
  const line = commandLineOf(command);
  const subcommand = line.operands[0]?.word;
  if (line.isPlaceUncertain || subcommand?.isOpaque === true) return ANYTHING;
  if (subcommand === undefined) return [];
  if (subcommand.text !== "push" && subcommand.text !== "send-pack") return [];
  const isTried = line.flags.presenceOf("--dry-run");
  if (isTried === "yes") return [];
  const isForced = findAny(line, FORCING);
  const isDeleted = findAny(line, DELETING);
  const refs = listRefspecs(line) ?? listUnnamed(line, command);
  return refs.map((ref) => ({
    name: ref.name,
    isForced: weaken(strongest(isForced, ref.isForced), isTried),
    isDeleted: weaken(strongest(isDeleted, ref.isDeleted), isTried),
  }));
}

function findAny({ flags }: CommandLine, names: readonly string[]): Presence {
  return strongest(...names.map((name) => flags.presenceOf(name)));
}

/** What a push does that is probably only tried. */
function weaken(presence: Presence, isTried: Presence): Presence {
  return isTried === "likely" && presence !== "no" ? "unknown" : presence;
}

/** The refspecs behind the repository; undefined when there are none. */
function listRefspecs({ operands }: CommandLine): readonly PushedRef[] | undefined {
  const words = operands.slice(1).map(({ word }) => word);
  if (words.some(isSplit)) return ANYTHING;
  // `tag v1` is short for `refs/tags/v1`; `^x` leaves something out.
  const refspecs = words.slice(1).filter(({ text }) => text !== "tag" && !text.startsWith("^"));
  if (refspecs.length === 0) return undefined;
  const refs = refspecs.map(parseRefspec);
  // A repository that may be an option leaves its place to the first refspec.
  const isNamed = words[0] === undefined || !startsUnknown(words[0]);
  return isNamed ? refs : [...refs, { name: ANY_NAME, isForced: "no", isDeleted: "no" }];
}

function isSplit({ mayBeMany, isGlob }: Word): boolean {
  return mayBeMany && !isGlob;
}

/** `[+][source]:target`, or one name for both. */
function parseRefspec(word: Word): PushedRef {
  const isForced = word.text.startsWith("+") ? "yes" : startsUnknown(word) ? "unknown" : "no";
  const body = isForced === "yes" ? sliceWord(word, 1) : word;
  const colon = body.text.indexOf(":");
  if (colon < 0) return { name: toRefName(dropBeforeUnknown(body.text)), isForced, isDeleted: "no" };
  const source = body.text.slice(0, colon);
  const isDeleted =
    source === "" && body.text.length > 1 ? "yes" : source === UNKNOWN && !word.isGlob ? "unknown" : "no";
  return { name: toRefName(body.text.slice(colon + 1)), isForced, isDeleted };
}

/** The names of files seldom begin with a plus; a variable's value may. */
function startsUnknown({ text, isGlob }: Word): boolean {
  return text.startsWith(UNKNOWN) && !isGlob;
}

/** An unknown part may hold the colon behind which the target begins. */
function dropBeforeUnknown(text: string): string {
  const unknown = text.lastIndexOf(UNKNOWN);
  return unknown < 0 ? text : text.slice(unknown);
}

function toRefName(target: string): Word {
  if (target === "" || target === "HEAD" || target === "@") return ANY_NAME;
  return toWord(target.replace(/^(refs\/)?heads\//, "").replaceAll("*", UNKNOWN));
}

/** What a push without refspecs changes. */
function listUnnamed(line: CommandLine, command: ShellCommand): readonly PushedRef[] {
  const onlyTags = line.flags.presenceOf("--tags") === "yes" && findAny(line, ["--all", "--mirror"]) === "no";
  if (onlyTags) return [{ name: toWord(`refs/tags/${UNKNOWN}`), isForced: "no", isDeleted: "no" }];
  const configured = gitSettingsOf(command).flatMap(readPushSetting);
  return configured.length > 0 ? configured : [{ name: ANY_NAME, isForced: "no", isDeleted: "no" }];
}

function readPushSetting({ key, value }: GitSetting): readonly PushedRef[] {
  if (key.isOpaque) return ANYTHING;
  if (!key.text.startsWith("remote.")) return [];
  if (key.text.endsWith(".push")) return [parseRefspec(value)];
  const isMirror = key.text.endsWith(".mirror") && (parseGitBoolean(value.text) === true || value.isOpaque);
  return isMirror ? [{ name: ANY_NAME, isForced: "yes", isDeleted: "yes" }] : [];
}
