import { HOME_VARIABLE } from "./place-tables.ts";

/** A path of an input as shells would spell it. */
interface Spelling {
  /** With slashes, and `~` for a home; not in normal form yet. */
  readonly path: string;
  /** See `PathFact.isGlob`. Brackets alone make no glob: files of some web frameworks have them in their names. */
  readonly isGlob: boolean;
}

/**
 * Spells a path that stands in an action's input: `file:` addresses, Windows' backslashes and the home's variables become what
 * a shell would write. A backslash always counts as a slash, as nobody can tell on which system the tool runs.
 */
export function spellInputPath(text: string): Spelling {
  let path = text.trim();
  if (/^file:/i.test(path)) path = spellFileAddress(path);
  if (path.includes("\\")) path = path.replaceAll("\\", "/").replace(/^\/\/[?.]\//, "");
  const variable = /^[$%]/.test(path) ? HOME_VARIABLE.exec(path)?.[0] : undefined;
  if (variable !== undefined) path = `~${path.slice(variable.length)}`;
  return { path, isGlob: /[*?]/.test(path) };
}

/** The path of a `file:` address, also of one with too few slashes. Only ASCII is decoded: no name that rules speak of has more. */
export function spellFileAddress(address: string): string {
  const path = address
    .replace(/^file:/i, "")
    .replace(/^\/\/localhost(?=\/)/i, "")
    .replace(/^\/{3,}/, "/")
    .replace(/^\/\//, "")
    .replace(/[?#].*$/, "")
    .replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return path.replace(/^\/(?=[a-z]:)/i, "");
}
