import type { InputValue } from "../../input.ts";
import type { KeyRole } from "./key-roles.ts";
import type { Place, Surroundings } from "./place.ts";

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
export function readArgs(values: readonly InputValue[]): Arguments {
  const words: string[] = [];
  let text = "";
  for (const value of values) {
    if (typeof value === "string") text += ` ${value}`;
    else if (Array.isArray(value)) words.push(...listTexts(value));
  }
  return { words, text };
}

/** How a command's text is run: by a shell, or directly when it is one word with a list of words beside it. */
export function placeText(text: string, { words, text: line }: Arguments, around: Surroundings): readonly Place[] {
  if (text.trim() === "") return [];
  if (words.length > 0 && line === "" && !/\s/.test(text)) return [{ kind: "argv", words: [text, ...words], around }];
  return [{ kind: "line", text: text + line, args: words, around }];
}

interface ListUse {
  /** Of the key above the list. */
  readonly role: KeyRole;
  readonly args: Arguments;
}

/** How a list of texts is run: as a program with its words, as lines, or as either where both can be meant. */
export function placeList(
  list: readonly InputValue[],
  { role, args }: ListUse,
  around: Surroundings,
): readonly Place[] {
  const texts = listTexts(list);
  const [first = "", ...rest] = texts;
  if (texts.every((text) => text.trim() === "")) return [];
  const lines: Place = { kind: "line", text: texts.join("\n") + args.text, args: args.words, around };
  const words: Place = { kind: "argv", words: [...texts, ...args.words], around };
  const hasFlags = rest.some((text) => text.startsWith("-"));
  if (rest.length === 0 || isLine(first)) return [lines];
  if (role === "commands") return hasFlags ? [lines, words] : [lines];
  return !hasFlags && rest.some(isLine) ? [words, lines] : [words];
}

function isLine(text: string): boolean {
  return /\S\s+\S/.test(text);
}

/** Texts and numbers of a list; anything else in it is no word. */
function listTexts(list: readonly InputValue[]): string[] {
  return list.filter((value) => typeof value === "string" || typeof value === "number").map(String);
}
