import { classAt, DIGIT, LETTER, numberEnd, OPERATOR, wordEnd } from "./characters.ts";
import { isLineComment } from "./comments.ts";
import type { Piece, Spelling } from "./token.ts";

/** A character that the parser refuses, in place of what it must not see. */
export const REFUSED = "\u0001";
/** Characters of an operator. From PostgreSQL's NAMEDATALEN; its scanner takes quadratic time over longer ones. */
const MAX_OPERATOR_CHARS = 63;

/** Reads signs of which operators are made: an operator as far as PostgreSQL would take it, or a placeholder of a driver. */
export function readOperator(text: string, start: number, spelling: Spelling): Piece {
  const placeholder = placeholderEnd(text, start);
  if (placeholder > start) return { kind: "placeholder", text: text.slice(start, placeholder), end: placeholder };
  const end = operatorEnd(text, start, spelling);
  if (end - start > MAX_OPERATOR_CHARS) return { kind: "sign", text: REFUSED, end };
  const operator = text.slice(start, end);
  return { kind: "sign", text: spelling === "standard" ? operator : writeMysql(operator), end };
}

/** Up to where a comment or a placeholder begins in it. */
function operatorEnd(text: string, start: number, spelling: Spelling): number {
  let index = start + 1;
  for (; classAt(text, index) === OPERATOR; index += 1) {
    if (isLineComment(text, index, spelling) || text.startsWith("/*", index)) break;
    if (placeholderEnd(text, index) > index) break;
  }
  return index;
}

/** MySQL joins conditions by signs, and takes two dashes without a space behind them for signs. */
function writeMysql(operator: string): string {
  if (operator === "||") return " OR ";
  return operator === "&&" ? " AND " : operator.replace(/-(?=-)/g, "- ");
}

/** Index behind `?`, `?1`, `%s`, `%(name)s` or `@name`; the index itself where none begins. A question mark with more signs behind it is an operator. */
function placeholderEnd(text: string, start: number): number {
  switch (text.charAt(start)) {
    case "?": {
      const end = digitsEnd(text, start + 1);
      return classAt(text, end) === OPERATOR ? start : end;
    }
    case "%":
      return pythonEnd(text, start);
    case "@": {
      const name = text.charAt(start + 1) === "@" ? start + 2 : start + 1;
      return classAt(text, name) === LETTER ? numberEnd(text, name) : start;
    }
    default:
      return start;
  }
}

function pythonEnd(text: string, start: number): number {
  const isNamed = text.charAt(start + 1) === "(";
  const close = isNamed ? wordEnd(text, start + 2) : start;
  if (isNamed && text.charAt(close) !== ")") return start;
  const end = close + 2;
  return text.charAt(close + 1) === "s" && wordEnd(text, close + 1) === end ? end : start;
}

function digitsEnd(text: string, start: number): number {
  let index = start;
  while (classAt(text, index) === DIGIT) index += 1;
  return index;
}
