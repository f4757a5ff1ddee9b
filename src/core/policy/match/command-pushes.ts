import { type Cursor, readBoolean, readEach, readMap } from "../document/cursor.ts";
import type { Presence } from "../facets/shell/programs/flags.ts";
import { type PushedRef, gitPushOf } from "../facets/shell/programs/git-push.ts";
import { toWord } from "../facets/shell/programs/words.ts";
import { allOf, anyOf, negate, type Truth } from "../truth.ts";
import { type CommandCheck, settle } from "./command-test.ts";
import { readWordPattern, type WordPattern } from "./command-word.ts";
import { type MatchContext, quantify } from "./condition.ts";

const KEYS = { known: ["branch", "forced", "deletes"] };

type RefTest = (ref: PushedRef) => Truth;

/** Reads `pushes: { branch: [main], forced: true, deletes: true }`: what a `git push` changes on the other side. */
export function readPushes(cursor: Cursor, context: MatchContext): CommandCheck | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  const isRestricting = context.quantifier === "any";
  const branch = members.get("branch");
  const patterns = branch && readEach(branch, (item) => readWordPattern(item, context));
  const tests = [
    patterns && branchTest(patterns, isRestricting),
    readFlagTest(members.get("forced"), (ref) => ref.isForced, isRestricting),
    readFlagTest(members.get("deletes"), (ref) => ref.isDeleted, isRestricting),
  ].filter((test) => test !== undefined);
  return ({ command }) => quantify(context.quantifier, gitPushOf(command), (ref) => allOf(tests, (test) => test(ref)));
}

/** A branch of that name, also as the last part of a longer name; one that may have it counts for a rule that restricts. */
function branchTest(patterns: readonly WordPattern[], isRestricting: boolean): RefTest {
  return ({ name }) => {
    if (name.text.startsWith("refs/tags/")) return "no";
    const last = toWord(name.text.slice(name.text.lastIndexOf("/") + 1));
    const fit = anyOf([name, last], (word) => anyOf(patterns, (pattern) => pattern.fits(word)));
    return fit === "unknown" ? settle("likely", isRestricting) : fit;
  };
}

function readFlagTest(
  cursor: Cursor | undefined,
  presenceOf: (ref: PushedRef) => Presence,
  isRestricting: boolean,
): RefTest | undefined {
  const isWanted = cursor && readBoolean(cursor);
  if (isWanted === undefined) return undefined;
  if (isWanted) return (ref) => settle(presenceOf(ref), isRestricting);
  return (ref) => negate(settle(presenceOf(ref), false));
}
