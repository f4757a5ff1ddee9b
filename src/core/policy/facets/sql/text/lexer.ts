import { MAX_SQL_PIECES } from "../../../limits.ts";
import { classAt, DIGIT, LETTER, numberEnd, OPERATOR, wordEnd } from "./characters.ts";
import { skipSpace } from "./comments.ts";
import { readOperator, REFUSED } from "./operators.ts";
import { findDollarEnd, type Quoted, quoteName, quoteText, readEscaped, readQuoted } from "./quotes.ts";
import type { Lexed, Piece, Spelling, Token, TokenKind } from "./token.ts";

const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

/**
 * Splits SQL into tokens as a server of this spelling would, and writes each as PostgreSQL spells it.
 * What belongs to no token is a sign, which the parser refuses. One pass, so linear.
 */
export function lexSql(text: string, spelling: Spelling): Lexed {
  const tokens: Token[] = [];
  let hasOddComment = false;
  let isEscaping = false; // whether a text on the next line goes on with the escapes of the one before
  let index = 0;
  for (;;) {
    const gap = skipSpace(text, index, spelling);
    hasOddComment ||= gap.hasOddComment;
    if (gap.end >= text.length) return { tokens, hasOddComment, isCut: false };
    if (tokens.length >= MAX_SQL_PIECES) return { tokens, hasOddComment, isCut: true };
    const isContinued: boolean = isEscaping && gap.space === "\n" && text.charAt(gap.end) === "'";
    const piece: Piece = isContinued
      ? verbatim(text, gap.end, readEscaped(text, gap.end))
      : readPiece(text, gap.end, spelling);
    isEscaping = isContinued || (piece.kind === "string" && /^e'/i.test(piece.text));
    tokens.push({ kind: piece.kind, text: piece.text, before: gap.space });
    index = piece.end;
  }
}

function readPiece(text: string, start: number, spelling: Spelling): Piece {
  switch (classAt(text, start)) {
    case LETTER:
      return readWord(text, start);
    case DIGIT:
      return readNumber(text, start);
    case OPERATOR:
      return readOperator(text, start, spelling);
    default:
      return readSign(text, start, spelling);
  }
}

function readNumber(text: string, start: number): Piece {
  const end = numberEnd(text, start);
  return { kind: "number", text: text.slice(start, end), end };
}

function readSign(text: string, start: number, spelling: Spelling): Piece {
  const char = text.charAt(start);
  switch (char) {
    case "'":
    case '"':
      return spelling !== "standard"
        ? rewritten(readEscaped(text, start), spelling)
        : verbatim(text, start, readQuoted(text, start));
    case "`":
      return rewritten(readQuoted(text, start), spelling);
    case "$":
      return readDollar(text, start);
    case "\\":
      return readMeta(text, start);
    case ";":
      return { kind: "semicolon", text: ";", end: start + 1 };
    case ":":
      return readColon(text, start);
    case ".":
      return classAt(text, start + 1) === DIGIT ? readNumber(text, start) : { kind: "sign", text: ".", end: start + 1 };
    default:
      return { kind: "sign", text: char, end: start + 1 };
  }
}

/** A command of psql, up to the end of its line; `\;` is a semicolon to the server. */
function readMeta(text: string, start: number): Piece {
  if (text.charAt(start + 1) === ";") return { kind: "semicolon", text: ";", end: start + 2 };
  const feed = text.indexOf("\n", start);
  const end = feed < 0 ? text.length : feed;
  return { kind: "meta", text: text.slice(start, end), end };
}

/** A word, or the literal or name that it is the beginning of, as in `E'…'` and `U&"…"`. */
function readWord(text: string, start: number): Piece {
  const end = wordEnd(text, start);
  const word = text.slice(start, end);
  if (end - start > 1) return { kind: "word", text: word, end };
  const next = text.charAt(end);
  if (next === "'" && /^e$/i.test(word)) return verbatim(text, start, readEscaped(text, end));
  if (next === "'" && /^[bxn]$/i.test(word)) return verbatim(text, start, readQuoted(text, end));
  const isUnicode = next === "&" && /^u$/i.test(word) && /['"]/.test(text.charAt(end + 1));
  return isUnicode ? verbatim(text, start, readQuoted(text, end + 1)) : { kind: "word", text: word, end };
}

/** As it stands in the text, from its prefix to its closing quote. */
function verbatim(text: string, start: number, { quote, end, isClosed }: Quoted): Piece {
  return closed(quote === "'" ? "string" : "name", text.slice(start, end), { end, isClosed });
}

/** As PostgreSQL would write it. */
function rewritten({ quote, content, end, isClosed }: Quoted, spelling: Spelling): Piece {
  return quote === "'" || (quote === '"' && spelling === "mysql")
    ? closed("string", quoteText(content), { end, isClosed })
    : closed("name", quoteName(content), { end, isClosed });
}

/** What isn't closed, no server takes. */
function closed(kind: TokenKind, text: string, { end, isClosed }: Pick<Quoted, "end" | "isClosed">): Piece {
  return isClosed ? { kind, text, end } : { kind: "sign", text: REFUSED, end };
}

/** `$1`, a dollar-quoted text, or a named parameter of a driver. */
function readDollar(text: string, start: number): Piece {
  DOLLAR_TAG.lastIndex = start;
  const tag = DOLLAR_TAG.exec(text)?.[0];
  if (tag !== undefined) {
    const quoted = findDollarEnd(text, start, tag);
    return closed("string", text.slice(start, quoted.end), quoted);
  }
  const end = wordEnd(text, start + 1);
  const name = text.slice(start, end);
  return {
    kind: classAt(text, start + 1) === DIGIT ? "number" : end === start + 1 ? "sign" : "placeholder",
    text: name,
    end,
  };
}

/** `::` of a cast, or `:name` of a driver. */
function readColon(text: string, start: number): Piece {
  if (text.charAt(start + 1) === ":") return { kind: "sign", text: "::", end: start + 2 };
  if (classAt(text, start + 1) !== LETTER) return { kind: "sign", text: ":", end: start + 1 };
  const end = wordEnd(text, start + 1);
  return { kind: "placeholder", text: text.slice(start, end), end };
}
