import type { InputValue } from "../../input.ts";
import type { KeyRole } from "./key-roles.ts";
import type { Entry, Place, Surroundings } from "./place.ts";

/** The words that stand beside a command: members of lists as they are, text for the shell to split. */
export interface Arguments {
  /** Each one word. */
  readonly words: readonly string[];
  /** Begins with a space unless it is empty. */
  readonly text: string;
}

/** Nothing stands beside it. */
export const NO_ARGUMENTS: Arguments = Object.freeze({ words: [], text: "" });

/** Reads what stands under keys of arguments; an object there has keys of its own and is no argument. */
export function readArgs(entries: readonly Entry[]): Arguments {
  let args = NO_ARGUMENTS;
  for (const { role, value } of entries) {
    if (role !== "args") continue;
    if (typeof value === "string") args = { ...args, text: `${args.text} ${value}` };
    else if (Array.isArray(value)) args = { ...args, words: [...args.words, ...listTexts(value)] };
  }
  return args;
}

interface TextUse {
  readonly text: string;
  readonly args: Arguments;
}

/** How a command's text is run: by a shell, or directly when it is one word with a list of words beside it. */
export function placeText(places: Place[], { text, args: { words, text: line } }: TextUse, around: Surroundings): void {
  if (text.trim() === "") return;
  if (words.length > 0 && line === "" && !/\s/.test(text))
    places.push({ kind: "argv", words: [text, ...words], around });
  else places.push({ kind: "line", text: text + line, args: words, around });
}

interface ListUse {
  readonly list: readonly InputValue[];
  /** Of the key above the list. */
  readonly role: KeyRole;
  readonly args: Arguments;
}

/** How a list of texts is run: as a program with its words, as lines, or as either where both can be meant. */
export function placeList(places: Place[], { list, role, args }: ListUse, around: Surroundings): void {
  const texts = listTexts(list);
  const [first = "", ...rest] = texts;
  if (texts.every((text) => text.trim() === "")) return;
  const hasFlags = rest.some((text) => text.startsWith("-"));
  const isLines = rest.length === 0 || isLine(first);
  const isWords = !isLines && (role !== "commands" || hasFlags);
  if (isWords) places.push({ kind: "argv", words: [...texts, ...args.words], around });
  if (isLines || role === "commands" || (!hasFlags && rest.some(isLine))) {
    places.push({ kind: "line", text: texts.join("\n") + args.text, args: args.words, around });
  }
}

function isLine(text: string): boolean {
  return /\S\s+\S/.test(text);
}

/** Texts of a list, and numbers among them; anything else in it is no word. */
function listTexts(list: readonly InputValue[]): string[] {
  if (!list.some((value) => typeof value === "string")) return [];
  return list.filter((value) => typeof value === "string" || typeof value === "number").map(String);
}
