import { MAX_DIRECTORY_CHARS } from "../../../limits.ts";
import { type Word } from "../command.ts";

/** The directory that a word names, seen from another one; undefined when it can't be known. */
export function enterDirectory(directory: string | undefined, target: Word | undefined): string | undefined {
  if (target === undefined || target.isOpaque || target.isGlob) return undefined;
  const { text } = target;
  if (text === "" || text === ".") return directory;
  if (text.startsWith("/") || text.startsWith("~")) return normalize(text);
  return directory === undefined ? undefined : normalize(`${directory}/${text}`);
}

/** Without `.`, doubled slashes and those `..` that lead out of a named directory. */
function normalize(path: string): string | undefined {
  if (path.length > MAX_DIRECTORY_CHARS) return undefined;
  const isAbsolute = path.startsWith("/");
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    const last = names.at(-1);
    const isBack = name === ".." && last !== undefined && last !== ".." && !last.startsWith("~");
    if (isBack) names.pop();
    else if (name !== ".." || !isAbsolute) names.push(name);
  }
  if (isAbsolute) return `/${names.join("/")}`;
  return names.length === 0 ? "." : names.join("/");
}
