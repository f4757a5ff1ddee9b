import type { HereDocBody, LiteralPart, Word as SyntaxWord, WordPart } from "unbash";
import { UNKNOWN, UNKNOWN_WORD, type Word } from "../command.ts";
import { spendCharsAgain } from "../reading.ts";
import { expandBraces } from "./braces.ts";
import { gatherScripts } from "./gather-scripts.ts";
import { addParameter } from "./parameters.ts";
import { addPart, addQuotedParts } from "./word-parts.ts";
import { addPlace, addText, buildWord, createBuilder, endWord, type WordBuilder } from "./word-builder.ts";
import type { WordContext } from "./word-context.ts";

/** What makes a word more than its characters; a tilde does so in front only. */
const SPECIAL = /[\\'"$`*?[{<(\0]/;

function isPlain(text: string): boolean {
  return !SPECIAL.test(text) && !text.startsWith("~");
}

/** Adds the words that one word of a command stands for: usually one, none or several after an expansion. */
export function appendWords(context: WordContext, node: SyntaxWord, words: Word[]): void {
  const { text } = node;
  if (isPlain(text)) {
    words.push(plainWord(text));
    return;
  }
  if (!spendCharsAgain(context.reading, text.length)) return;
  const variants = text.includes("{") ? expandBraces(node, context.reading) : [node];
  if (variants === undefined) {
    gatherScripts(context, node);
    words.push(UNKNOWN_WORD);
    return;
  }
  for (const variant of variants) {
    const builder = createBuilder(words, context);
    addWord(builder, context, { node: variant, isSplit: true });
    endWord(builder);
  }
}

/** Reads a word that is neither split nor compared with files: an assignment's value, a here-string. */
export function readWhole(context: WordContext, node: SyntaxWord): Word {
  if (isPlain(node.text)) return plainWord(node.text);
  if (!spendCharsAgain(context.reading, node.text.length)) return UNKNOWN_WORD;
  return buildOne(context, (builder) => addWord(builder, context, { node, isSplit: false }));
}

/** Reads a here-document, whose expansions behave as in double quotes. */
export function readHereDocument(context: WordContext, body: HereDocBody): Word {
  if (!spendCharsAgain(context.reading, body.text.length)) return UNKNOWN_WORD;
  const { parts } = body;
  return buildOne(context, (builder) => {
    if (parts === undefined) return addText(builder, body.text);
    addQuotedParts(builder, context, parts);
  });
}

function plainWord(text: string): Word {
  return { text, isOpaque: false, isGlob: false, mayBeMany: false };
}

function buildOne(context: WordContext, fill: (builder: WordBuilder) => void): Word {
  const builder = createBuilder([], context);
  fill(builder);
  return buildWord(builder);
}

interface Unsplit {
  readonly node: SyntaxWord;
  readonly isSplit: boolean;
}

function addWord(builder: WordBuilder, context: WordContext, { node, isSplit }: Unsplit): void {
  const parts: readonly WordPart[] = (SPECIAL.test(node.text) ? node.parts : undefined) ?? [toLiteral(node)];
  for (const [index, part] of parts.entries()) {
    if (index === 0 && part.type === "Literal" && part.text.startsWith("~")) {
      addTilde(builder, context, { value: part.value, isAlone: parts.length === 1, text: part.text });
      continue;
    }
    addPart(builder, context, { part, isQuoted: false, isSplit, previous: parts[index - 1], next: parts[index + 1] });
  }
}

function toLiteral({ text, pos, end, value }: SyntaxWord): LiteralPart {
  return { type: "Literal", text, pos, end, value };
}

interface TildeText {
  /** Without escapes. */
  readonly value: string;
  /** Whether nothing else follows in the word. */
  readonly isAlone: boolean;
  /** As it was spelled. */
  readonly text: string;
}

/** `~` and `~user` are homes, `~+` is the current directory; a quote or an expansion before the first slash makes it a plain tilde. */
function addTilde(builder: WordBuilder, context: WordContext, { value, isAlone, text }: TildeText): void {
  const end = value.search(/[/:]/);
  const name = value.slice(1, end === -1 ? undefined : end);
  const isWhole = (end !== -1 || isAlone) && text.startsWith(`~${name}`);
  if (!isWhole || !/^(?:[A-Za-z_][\w.-]*|[+-]?\d*)$/.test(name)) return addText(builder, value);
  if (name === "" || name === "+")
    addParameter(builder, context, { name: name === "" ? "HOME" : "PWD", isQuoted: true });
  else if (/^[-+\d]/.test(name)) addText(builder, UNKNOWN);
  else addPlace(builder, "~");
  if (end !== -1) addText(builder, value.slice(end));
}
