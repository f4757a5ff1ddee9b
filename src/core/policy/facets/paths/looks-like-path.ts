import { UNKNOWN } from "../shell/command.ts";

/**
 * Whether a word of a program that nothing is known of, or a text in a program, looks like a path: it starts like one, has a slash, or
 * an ending like a file's name. Addresses and sentences don't.
 */
export function looksLikePath(text: string): boolean {
  if (text.length > 4_096 || /[\n\r]/.test(text)) return false;
  if (/^(?:~|\.{1,2})?\/./.test(text) || /^[A-Za-z]:[/\\]/.test(text)) return true;
  if (/[\s"'<>|]/.test(text) || /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return /^file:/i.test(text);
  if (text.includes("/")) return true;
  return (
    /^(?:~|\.\.)$|^\.[^.\s]|^id_|^[^\s:=,;(){}]+\.[A-Za-z][\w-]{0,11}[*?]?$/.test(text) ||
    text.startsWith(`${UNKNOWN}.`)
  );
}
