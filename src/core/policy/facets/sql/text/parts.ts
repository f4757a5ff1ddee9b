import { shortenLists } from "./shorten-lists.ts";
import type { Token } from "./token.ts";

/** Tokens that the parser spends on a statement besides its own, measured. */
const STATEMENT_COST = 16;

/** A statement of a text, or a command of psql itself that stands among them, before it is parsed. */
export class SqlPart {
  /** The command of psql, from its backslash to the end of its line. */
  readonly meta: string | undefined;
  readonly #tokens: readonly Token[];
  #shortened: readonly Token[] | undefined;
  #text: string | undefined;

  /** Without tokens for a command of psql. */
  constructor(tokens: readonly Token[], meta?: string) {
    this.meta = meta;
    this.#tokens = tokens;
  }

  /** Whether a piece of it can't be known. */
  get isUnknown(): boolean {
    return this.#tokens.some(({ text }) => text.includes("\u0000"));
  }

  /** What it costs to parse. */
  get tokenCount(): number {
    return this.#kept.length + STATEMENT_COST;
  }

  /** As the parser is to read it, without comments and with long lists shortened; empty for a command of psql. */
  get text(): string {
    return (this.#text ??= writeTokens(this.#kept));
  }

  /** The same with the placeholders of drivers as values that are bound later; undefined where it has none. */
  get boundText(): string | undefined {
    const hasAny = this.#kept.some(({ kind }) => kind === "placeholder");
    return hasAny ? this.#kept.map(bind).join("") : undefined;
  }

  get #kept(): readonly Token[] {
    return (this.#shortened ??= shortenLists(this.#tokens));
  }

  /** First words of the statement, and of what stands behind semicolons in it, in lower case. */
  get firstWords(): readonly string[] {
    return findFirstWords(this.#tokens);
  }
}

/** Divides tokens into statements: at semicolons outside of parentheses, and around commands of psql. */
export function splitParts(tokens: readonly Token[]): readonly SqlPart[] {
  const parts: SqlPart[] = [];
  let start = 0;
  let depth = 0;
  const finish = (end: number): void => {
    if (end > start) parts.push(new SqlPart(tokens.slice(start, end)));
    start = end + 1;
    depth = 0;
  };
  for (const [index, token] of tokens.entries()) {
    if (token.text === "(") depth += 1;
    else if (token.text === ")") depth -= 1;
    else if (token.kind === "semicolon" && depth <= 0) finish(index);
    else if (token.kind === "meta") {
      finish(index);
      parts.push(new SqlPart([], token.text));
    }
  }
  finish(tokens.length);
  return parts;
}

/** Tokens as the text that they are. */
export function writeTokens(tokens: readonly Token[]): string {
  let written = "";
  for (const { before, text } of tokens) written += before + text;
  return written;
}

function bind({ kind, before, text }: Token): string {
  return kind === "placeholder" ? " $1 " : before + text;
}

function findFirstWords(tokens: readonly Token[]): readonly string[] {
  const words: string[] = [];
  let isStart = true;
  for (const { kind, text } of tokens) {
    if (isStart && kind === "word") words.push(text.toLowerCase());
    isStart = kind === "semicolon" || (isStart && text === "(");
  }
  return words;
}
