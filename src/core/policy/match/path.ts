import { addFault, type Cursor, readBoolean, readItems, readMap } from "../document/cursor.ts";
import type { PathFact } from "../facets/paths/path-fact.ts";
import { UNKNOWN } from "../facets/shell/command.ts";
import { type Truth, truthOf } from "../truth.ts";
import { type Condition, type ConditionReader, type MatchContext, quantify } from "./condition.ts";
import { PATH_CHECKS, type PathCheck } from "./path-checks.ts";
import { describePaths } from "./path-words.ts";

/** Keys that say how the others are meant. */
const MODIFIERS = ["ignore_case", "optional"];
const KEYS = { known: [...Object.keys(PATH_CHECKS), ...MODIFIERS] };

/** One mapping of `match.path`: all of its checks must hold of one path. */
interface PathMapping {
  readonly checks: readonly PathCheck[];
  readonly isOptional: boolean;
}

/** A call may have hundreds of paths and a document hundreds of mappings: nothing is allocated for a pair of them. */
function testMapping({ checks }: PathMapping, path: PathFact): Truth {
  let answer: Truth = "yes";
  for (const check of checks) {
    const truth = check.holds(path);
    if (truth === "no") return "no";
    if (truth === "unknown") answer = "unknown";
  }
  return answer;
}

function testMappings(mappings: readonly PathMapping[], path: PathFact): Truth {
  let answer: Truth = "no";
  for (const mapping of mappings) {
    const truth = testMapping(mapping, path);
    if (truth === "yes") return "yes";
    if (truth === "unknown") answer = "unknown";
  }
  return answer;
}

/** Reads `match.path`: what must hold of one path of the call, any of several such mappings, or `none` for a call without paths. */
export const readPathCondition: ConditionReader = (cursor, context) => {
  const { node } = cursor;
  if (node.kind === "scalar" && node.value === "none") return NO_PATHS;
  const mappings = readItems(cursor)?.flatMap((item) => readMapping(item, context) ?? []);
  if (mappings === undefined || mappings.length === 0) return undefined;
  const isOptional = mappings.some((mapping) => mapping.isOptional);
  const fitsPath = (path: PathFact): Truth => testMappings(mappings, path);
  return {
    field: "path",
    expected: mappings.flatMap(({ checks }) => checks.flatMap(({ expected }) => expected)),
    holds: ({ facets: { paths } }) => {
      if (paths.paths.length === 0) return truthOf(isOptional);
      return quantify(context.quantifier, paths.paths, fitsPath);
    },
    sees: describePaths,
  };
};

const NO_PATHS: Condition = {
  field: "path",
  expected: ["none"],
  holds: ({ facets: { paths } }) => {
    if (paths.paths.length === 0) return "yes";
    // What may be any file may be none as well.
    return paths.paths.every(({ text }) => text === UNKNOWN) ? "unknown" : "no";
  },
  sees: describePaths,
};

function readMapping(cursor: Cursor, context: MatchContext): PathMapping | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  const asked = Object.entries(PATH_CHECKS).filter(([key]) => members.has(key));
  if (asked.length === 0)
    return addFault(cursor, "This mapping asks for nothing", `give it one of ${Object.keys(PATH_CHECKS).join(", ")}`);
  const checkContext = { ...context, ignoresCase: readFlag(members.get("ignore_case")) };
  const checks = asked.flatMap(([key, read]) => {
    const member = members.get(key);
    return (member && read(member, checkContext)) ?? [];
  });
  return { checks, isOptional: readFlag(members.get("optional")) };
}

function readFlag(cursor: Cursor | undefined): boolean {
  return (cursor && readBoolean(cursor)) ?? false;
}
