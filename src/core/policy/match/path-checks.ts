import { type Cursor, readBoolean, readEach, readWord } from "../document/cursor.ts";
import { ACCESSES, type Access, type PathFact } from "../facets/paths/path-fact.ts";
import { negate, type Truth, truthOf } from "../truth.ts";
import type { MatchContext } from "./condition.ts";
import { compilePathPatterns } from "./path-set.ts";
import { readPathPatterns } from "./read-path-patterns.ts";

/** What one key of a mapping under `path` asks of a path. */
export interface PathCheck {
  /** For people. */
  readonly expected: readonly string[];
  /** Whether it holds of one. */
  readonly holds: (path: PathFact) => Truth;
}

/** What a key is read with. */
export interface PathCheckContext extends MatchContext {
  /** Whether letter case makes no difference to patterns. */
  readonly ignoresCase: boolean;
}

/** Makes the check of one key; undefined after a fault. */
type PathCheckReader = (cursor: Cursor, context: PathCheckContext) => PathCheck | undefined;

/** How each key of a mapping is read, but those that ask nothing by themselves; the cheapest and most telling first. */
export const PATH_CHECKS: Readonly<Record<string, PathCheckReader>> = {
  access: readAccess,
  outside_workspace: readOutside,
  all_files: readAllFiles,
  any: readAny,
  except: readExcept,
};

/** A rule that restricts looks for one of the accesses; one that permits must name everything that is done. Overwriting is writing. */
function readAccess(cursor: Cursor, { quantifier }: PathCheckContext): PathCheck | undefined {
  const expected = readEach(cursor, (item) => readWord(item, ACCESSES));
  if (expected === undefined) return undefined;
  const wanted: ReadonlySet<Access> = new Set(expected.includes("write") ? [...expected, "overwrite"] : expected);
  return {
    expected,
    holds: ({ accesses }) => {
      if (quantifier === "any") return truthOf(accesses.some((access) => wanted.has(access)));
      return truthOf(accesses.length > 0 && accesses.every((access) => wanted.has(access)));
    },
  };
}

function readOutside(cursor: Cursor): PathCheck | undefined {
  const isOutside = readBoolean(cursor);
  if (isOutside === undefined) return undefined;
  return {
    expected: [isOutside ? "outside the workspace" : "not outside the workspace"],
    holds: ({ place }) => (place === "unknown" ? "unknown" : truthOf((place === "outside") === isOutside)),
  };
}

/** Whether a path is a glob for everything in a directory: its last name consists of nothing but special characters and dots. */
function readAllFiles(cursor: Cursor): PathCheck | undefined {
  const isAll = readBoolean(cursor);
  if (isAll === undefined) return undefined;
  return {
    expected: [isAll ? "all files of a directory" : "not all files of a directory"],
    holds: ({ text, isGlob }) => {
      const last = text.slice(text.lastIndexOf("/") + 1);
      const standsForAll = isGlob && last.includes("*") && last.replace(/\[[!^]?[.\w-]{1,20}\]|[*?.]/g, "") === "";
      return truthOf(standsForAll === isAll);
    },
  };
}

function readAny(cursor: Cursor, context: PathCheckContext): PathCheck | undefined {
  const patterns = readPathPatterns(cursor, context, { ...context, allowsEmpty: false });
  return patterns && { expected: patterns.sources, holds: compilePathPatterns(patterns) };
}

function readExcept(cursor: Cursor, context: PathCheckContext): PathCheck | undefined {
  const patterns = readPathPatterns(cursor, context, { ...context, allowsEmpty: false });
  if (patterns === undefined) return undefined;
  const fitsPath = compilePathPatterns(patterns);
  return { expected: patterns.sources.map((source) => `not ${source}`), holds: (path) => negate(fitsPath(path)) };
}
