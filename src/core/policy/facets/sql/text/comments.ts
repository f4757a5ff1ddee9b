import { classAt, SPACE } from "./characters.ts";
import type { Spelling, Token } from "./token.ts";

/** What stands between two tokens. */
interface Gap {
  readonly space: Token["before"];
  /** Index of the next token, or the text's length. */
  readonly end: number;
  /** See `Lexed`. */
  readonly hasOddComment: boolean;
}

/** A block comment. */
interface Comment {
  /** Index behind it; the text's length where it isn't closed. */
  readonly end: number;
  readonly isOdd: boolean;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const DASH = 0x2d;
const HASH = 0x23;
const SLASH = 0x2f;
const STAR = 0x2a;

const BLOCK_EDGE = /\/\*|\*\//g;

/** Skips spaces and comments. */
export function skipSpace(text: string, start: number, spelling: Spelling): Gap {
  let index = start;
  let hasOddComment = false;
  let hasBreak = false;
  for (;;) {
    const code = text.charCodeAt(index);
    if (classAt(text, index) === SPACE) {
      hasBreak ||= code === LINE_FEED || code === CARRIAGE_RETURN;
      index += 1;
    } else if (code === DASH || code === HASH) {
      if (!isLineComment(text, index, spelling)) break;
      index = findLineEnd(text, index, spelling);
    } else if (code === SLASH && text.charCodeAt(index + 1) === STAR) {
      const comment = skipBlock(text, index, spelling);
      hasOddComment ||= comment.isOdd;
      index = comment.end;
    } else break;
  }
  // Only texts with a line break between them are one text, so whether there was one matters.
  return { space: index === start ? "" : hasBreak ? "\n" : " ", end: index, hasOddComment };
}

/** Whether a comment to the end of the line begins here. To MySQL `#` begins one, and `--` only with a space behind it. */
export function isLineComment(text: string, index: number, spelling: Spelling): boolean {
  const code = text.charCodeAt(index);
  if (code === HASH) return spelling !== "standard";
  if (code !== DASH || text.charCodeAt(index + 1) !== DASH) return false;
  return spelling === "standard" || index + 2 >= text.length || text.charCodeAt(index + 2) <= 0x20;
}

/** MySQL ends its line comments only at a line feed. */
function findLineEnd(text: string, start: number, spelling: Spelling): number {
  const feed = text.indexOf("\n", start);
  const end = feed < 0 ? text.length : feed;
  if (spelling !== "standard") return end;
  const line = text.slice(start, end);
  const carriage = line.indexOf("\r");
  return carriage < 0 ? end : start + carriage;
}

/** PostgreSQL's block comments nest, those of most others don't. */
function skipBlock(text: string, start: number, spelling: Spelling): Comment {
  let isOdd = /^M?!/.test(text.slice(start + 2, start + 4));
  let depth = 1;
  BLOCK_EDGE.lastIndex = start + 2;
  for (let edge = BLOCK_EDGE.exec(text); edge !== null; edge = BLOCK_EDGE.exec(text)) {
    if (edge[0] === "*/") depth -= 1;
    else {
      isOdd = true;
      if (spelling === "standard") depth += 1;
    }
    if (depth === 0) return { end: edge.index + 2, isOdd };
  }
  return { end: text.length, isOdd };
}
