import type { Word } from "../shell/command.ts";
import { findCodePaths } from "./code-paths.ts";
import { createPath, type PathBase } from "./create-path.ts";
import { looksLikePath } from "./looks-like-path.ts";
import type { PathFact } from "./path-fact.ts";

/** Languages of scripts that stand among a program's words. */
export type ScriptLanguage = "sed" | "awk";

/** sed's commands `r` and `w` with their file, also behind `s///`; the file goes on to the end of the line. */
const SED_FILES = /(?:^|[;{}\d$/!\s|,])[a-z]*?([rRwW])[ \t]+(?=([^\n;}]{1,500}))/g;

/** Files that a script among a program's words reads or writes; one that isn't wholly known names those that can be seen. */
export function findScriptPaths(language: ScriptLanguage, { text }: Word, base: PathBase): readonly PathFact[] {
  if (language === "awk") return findAwkPaths(text, base);
  const paths: PathFact[] = [];
  for (const [, command = "", file = ""] of text.matchAll(SED_FILES)) {
    const written = file.trim();
    if (!looksLikePath(written)) continue;
    const accesses = command.toLowerCase() === "r" ? (["read"] as const) : (["write"] as const);
    paths.push(createPath({ written, isGlob: false, isTree: false, isFromInput: false, accesses }, base));
  }
  return paths;
}

function findAwkPaths(text: string, base: PathBase): readonly PathFact[] {
  const paths = findCodePaths(
    { text: text.replaceAll("\0", ""), isOpaque: false, isGlob: false, mayBeMany: false },
    base,
  );
  // awk writes by redirection: its text has no words for that.
  const writes = />\s*["(]/.test(text);
  return writes ? paths.map((path) => ({ ...path, accesses: [...path.accesses, "write"] as const })) : paths;
}
