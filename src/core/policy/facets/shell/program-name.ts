import { UNKNOWN, type Word } from "./command.ts";

/**
 * The program that a word names, without its directory and a Windows ending. Undefined where it can't be known:
 * an unknown part in the name, a part of unknown size before it, or a glob that may stand for any name.
 */
export function nameProgram({ text, isOpaque, isGlob, mayBeMany }: Word): string | undefined {
  if (isGlob || mayBeMany) return undefined;
  // Most names are nothing else.
  if (/^[\w-]+$/.test(text)) return text;
  const path = text.endsWith("\\") ? text : text.replaceAll("\\", "/");
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (isOpaque && (name.includes(UNKNOWN) || name === "")) return undefined;
  return /\.(?:exe|com|bat|cmd)$/i.test(name) ? name.slice(0, -4).toLowerCase() : stripMark(name);
}

/** zsh puts a program's path for its name behind `=`. */
function stripMark(name: string): string {
  return /^=[\w.+-]/.test(name) ? name.slice(1) : name;
}

/** Where systems keep their own programs, and administrators those that they add. */
const SYSTEM_DIRECTORY = /^\/(?:usr\/(?:local\/)?|opt\/homebrew\/)?s?bin\/[^/]+$/;

/** The path that a word names a program by, unless a system's own directory holds it; undefined for a mere name. */
export function findProgramPath({ text }: Word): string | undefined {
  return /[/\\]/.test(text) && !SYSTEM_DIRECTORY.test(text) ? text : undefined;
}
