import { Minimatch } from "minimatch";
import { MAX_GLOB_ALTERNATIVES } from "../limits.ts";

/** A class such as `[a-c]`, looked through so that one that could never match is found. */
interface ClassScan {
  /** Index of the closing bracket. */
  readonly end: number;
  /** What is wrong with it. */
  readonly fault: string | undefined;
}

/** What is wrong with a glob, or how many patterns its `{a,b}` groups stand for. Nothing is left to be read as plain text by accident. */
export function checkGlob(glob: string): { readonly fault: string } | { readonly alternatives: number } {
  let total = 1;
  let group = 0; // alternatives of the group that is open, 0 outside of one
  for (let index = 0; index < glob.length; index += 1) {
    const char = glob[index];
    if (char === "\\") {
      if (index === glob.length - 1) return { fault: "The pattern ends with a backslash that escapes nothing" };
      index += 1;
    } else if (char === "[") {
      const { end, fault } = scanClass(glob, index);
      if (fault !== undefined) return { fault };
      index = end;
    } else if (char === "{") {
      if (group > 0) return { fault: "Groups in braces can't stand inside each other" };
      if (glob[index - 1] === "$") return { fault: "A group in braces can't follow a dollar sign" };
      group = 1;
    } else if (char === "," && group > 0) {
      group += 1;
    } else if (char === "}") {
      if (group < 2) return { fault: "Braces need at least two alternatives, as in {a,b}" };
      total *= group;
      group = 0;
    }
  }
  if (group > 0) return { fault: "A brace is not closed" };
  if (total > MAX_GLOB_ALTERNATIVES)
    return { fault: `The braces make more than ${MAX_GLOB_ALTERNATIVES} alternatives` };
  return { alternatives: total };
}

/** A part between slashes that is `.` or `..`, which the library lets no star stand for. */
const DOTS = /(?<=^|\/)\.{1,2}(?=\/|$)/g;
/** A character that means nothing, by which such a part becomes one like others. */
const STAND_IN = "\ue000";

/** A test of whole texts against a glob that {@link checkGlob} found right. `*` and `?` stay within one part between slashes. */
export function compileGlob(glob: string): (text: string) => boolean {
  const matcher = createMatcher(glob);
  let withoutDots: Minimatch | undefined;
  return (text) => {
    if (matcher.match(text)) return true;
    const other = hideDots(text);
    return other !== text && (withoutDots ??= createMatcher(hideDots(glob))).match(other);
  };
}

function hideDots(text: string): string {
  return text.includes(".") ? text.replace(DOTS, (dots) => STAND_IN.repeat(dots.length)) : text;
}

function createMatcher(glob: string): Minimatch {
  return new Minimatch(glob, {
    dot: true,
    nocomment: true,
    nonegate: true,
    noext: true,
    // The same answer on every system, and no rewriting of `..` in a pattern.
    platform: "linux",
    optimizationLevel: 0,
    preserveMultipleSlashes: true,
    braceExpandMax: MAX_GLOB_ALTERNATIVES,
  });
}

function scanClass(glob: string, start: number): ClassScan {
  let index = start + 1;
  if (glob[index] === "!" || glob[index] === "^") index += 1;
  const first = index;
  for (; index < glob.length; index += 1) {
    const char = glob.charAt(index);
    if (char === "]" && index > first) return { end: index, fault: undefined };
    if ("{}[\\/".includes(char))
      return { end: index, fault: "A class in brackets can hold only single characters and ranges" };
    const isRange = char === "-" && index > first && index + 1 < glob.length && glob[index + 1] !== "]";
    if (isRange && glob.charAt(index - 1) > glob.charAt(index + 1)) {
      return { end: index, fault: "A range in brackets runs backwards" };
    }
  }
  return { end: index, fault: "A bracket is not closed" };
}
