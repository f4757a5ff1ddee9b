import type { Word } from "../shell/command.ts";
import { findCodeLiterals } from "./code-literals.ts";
import { DECODING_CODE, DELETING_CODE, STREAM_WRITES, WRITING_CODE } from "./code-words.ts";
import { createPath, enterBase, type PathBase, UNKNOWN_PATH } from "./create-path.ts";
import { looksLikePath } from "./looks-like-path.ts";
import type { Access, PathFact } from "./path-fact.ts";

/**
 * Files that a program's text speaks of: its literals that look like paths. What is done to them is told by the words that the text has
 * anywhere. A program that isn't wholly known, or that makes its texts from codes, may open any file.
 */
export function findCodePaths(code: Word, base: PathBase): readonly PathFact[] {
  if (code.isOpaque) return [UNKNOWN_PATH];
  const accesses = findAccesses(code.text);
  const paths: PathFact[] = DECODING_CODE.test(code.text) ? [UNKNOWN_PATH] : [];
  let here = base;
  for (const { text, isDirectory } of findCodeLiterals(code.text)) {
    // Perl's way to open a file: `">/etc/hosts"`.
    const mode = /^\s*\+?[<>]{1,2}\s*/.exec(text)?.[0] ?? "";
    const file = text.slice(mode.length);
    if (isDirectory) here = enterBase(here, text);
    else if (looksLikePath(file)) paths.push(createCodePath(file, mode.includes(">") ? WRITTEN : accesses, here));
  }
  return paths;
}

const WRITTEN: readonly Access[] = ["read", "write"];

function createCodePath(written: string, accesses: readonly Access[], base: PathBase): PathFact {
  return createPath({ written, isGlob: /[*?]/.test(written), isTree: false, isFromInput: false, accesses }, base);
}

function findAccesses(text: string): readonly Access[] {
  const code = text.replace(STREAM_WRITES, "");
  const accesses: Access[] = ["read"];
  if (WRITING_CODE.test(code)) accesses.push("write");
  if (DELETING_CODE.test(code)) accesses.push("delete");
  return accesses;
}
