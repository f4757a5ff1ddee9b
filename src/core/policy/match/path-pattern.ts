import { parseSegments, type Segment } from "./path-segments.ts";

/** A pattern for paths, without braces. */
export interface PathPattern {
  /** What stands between its slashes. */
  readonly segments: readonly Segment[];
  /** Whether it begins with `**`, so that it may begin in any directory. */
  readonly isFloating: boolean;
}

/** Makes patterns of a glob that `checkGlob` found right: one for each alternative of its braces. */
export function parsePathGlob(glob: string, ignoresCase: boolean): readonly PathPattern[] {
  return expandBraces(ignoresCase ? glob.toLowerCase() : glob).map((alternative) => {
    const segments = parseSegments(tidyGlob(alternative));
    return { segments, isFloating: segments[0]?.kind === "deep" };
  });
}

/** A glob without `.` steps, doubled slashes and a slash at its end, as paths in normal form have none of them. */
function tidyGlob(glob: string): string {
  const tidy = glob
    .replace(/\/{2,}/g, "/")
    .replace(/(?<=\/)(?:\.\/)+/g, "")
    .replace(/^(?:\.\/)+(?=.)/, "");
  return tidy.length > 1 ? tidy.replace(/\/$/, "") : tidy;
}

/** The alternatives of a glob's braces, which never stand inside each other. */
function expandBraces(glob: string): readonly string[] {
  const start = findBrace(glob);
  if (start < 0) return [glob];
  const end = glob.indexOf("}", start);
  const rests = expandBraces(glob.slice(end + 1));
  const options = glob.slice(start + 1, end).split(",");
  return options.flatMap((option) => rests.map((rest) => glob.slice(0, start) + option + rest));
}

/** Index of the first brace that isn't escaped; classes in brackets have none. */
function findBrace(glob: string): number {
  for (let index = 0; index < glob.length; index += 1) {
    if (glob[index] === "\\") index += 1;
    else if (glob[index] === "{") return index;
  }
  return -1;
}
