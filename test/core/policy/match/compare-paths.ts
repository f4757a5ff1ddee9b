import { createPath } from "../../../../src/core/policy/facets/paths/create-path.ts";
import type { Access, PathFact } from "../../../../src/core/policy/facets/paths/path-fact.ts";
import { parsePathGlob } from "../../../../src/core/policy/match/path-pattern.ts";
import { compilePathPatterns } from "../../../../src/core/policy/match/path-set.ts";
import type { Truth } from "../../../../src/core/policy/truth.ts";

/** What is known of a path besides its text. */
interface Given {
  readonly isGlob?: boolean;
  readonly isTree?: boolean;
  readonly isAdrift?: boolean;
  readonly ignoresCase?: boolean;
  readonly accesses?: readonly Access[];
}

/** A path; `$` stands for what can't be known. */
export function buildPath(written: string, given: Given = {}): PathFact {
  const { isGlob = false, isTree = false, isAdrift = false, accesses = ["read"] } = given;
  const base = { workspace: [], directory: "", isAdrift };
  return createPath({ written: written.replaceAll("$", "\0"), isGlob, isTree, isFromInput: false, accesses }, base);
}

/** Whether a path fits a pattern, or one of several. */
export function compare(pattern: string | readonly string[], written: string, given: Given = {}): Truth {
  const { ignoresCase = false } = given;
  const sources = typeof pattern === "string" ? [pattern] : pattern;
  const globs = sources.flatMap((source) => parsePathGlob(source, ignoresCase));
  return compilePathPatterns({ globs, regexes: [], ignoresCase })(buildPath(written, given));
}
