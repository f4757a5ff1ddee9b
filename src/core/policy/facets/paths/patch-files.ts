import type { Access } from "./path-fact.ts";

/** A file that a patch changes. */
interface PatchedFile {
  /** As the patch names it, without the `a/` or `b/` that differences put in front. */
  readonly file: string;
  /** What the patch does to it. */
  readonly access: Access;
}

const HEADER = /^(?:\*\*\* (Add|Update|Delete) File: |\*\*\* (Move) to: |(\+\+\+|---|rename from|rename to) )(.*)$/gm;

/** The files that a patch names, in the form of `*** Update File:` lines or of unified differences; none for other texts. */
export function findPatchedFiles(text: string): readonly PatchedFile[] {
  const isPatch = /^\*\*\* (?:Begin Patch|(?:Add|Update|Delete) File: )/m.test(text) || /^\+\+\+ .*\n@@ /m.test(text);
  if (!isPatch && !/^diff --git /m.test(text)) return [];
  const files: PatchedFile[] = [];
  for (const match of text.matchAll(HEADER)) {
    const file = (match[4] ?? "")
      .replace(/\t.*$/, "")
      .trim()
      .replace(/^[ab]\/(?=.)/, "");
    const removes = match[1] === "Delete" || match[3] === "rename from";
    if (file !== "" && file !== "/dev/null") files.push({ file, access: removes ? "delete" : "write" });
  }
  return files;
}
