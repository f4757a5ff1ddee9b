import { UNKNOWN, type Word } from "../command.ts";

/** Spells a word for a script, so that reading the script gives the same word again. */
export function quoteWord({ text, isGlob, mayBeMany }: Word): string {
  // Active glob characters stand for themselves, quoted ones have their backslash already.
  if (isGlob) return text.replaceAll(/[^\w*?[\]\\./-]/g, String.raw`\$&`);
  // A home stays one only outside of quotes.
  const home = /^~(?:\/|$)/.exec(text)?.[0] ?? "";
  if (home !== "") return home + quoteText(text.slice(home.length));
  if (text === "") return "''";
  return mayBeMany ? text.split(UNKNOWN).map(quoteText).join(UNKNOWN) : quoteText(text);
}

function quoteText(text: string): string {
  return text === "" ? "" : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
