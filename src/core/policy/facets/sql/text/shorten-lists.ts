import type { Token } from "./token.ts";

/** Values of a list that are kept as they are; what they say about a condition is seen in the first of them. Our choice. */
const KEPT_VALUES = 16;
const OTHER_VALUES: Token = { kind: "number", text: "$1", before: " " };
const CONSTANT_WORDS: ReadonlySet<string> = new Set(["null", "true", "false", "default"]);
const READING_WORDS: ReadonlySet<string> = new Set(["select", "with", "table", "values"]);

/**
 * Leaves out what says nothing about the statement, so that a big INSERT stays cheap to parse: rows behind VALUES that differ
 * from an earlier one in their literals only, and all but the first literals of a long list, for which a bound value stands.
 */
export function shortenLists(tokens: readonly Token[]): readonly Token[] {
  return tokens.length <= KEPT_VALUES ? tokens : shortenRuns(dropSimilarRows(tokens));
}

function dropSimilarRows(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  let index = 0;
  for (let token = tokens[index]; token !== undefined; token = tokens[index]) {
    kept.push(token);
    index += 1;
    if (/^values$/i.test(token.text) && tokens[index]?.text === "(") index = readRows(tokens, index, kept);
  }
  return kept;
}

/** Copies the rows that begin here, each shape once; the index behind the last. */
function readRows(tokens: readonly Token[], start: number, kept: Token[]): number {
  const shapes = new Set<string>();
  let index = start;
  for (;;) {
    const row = readRow(tokens, index);
    const comma = tokens[index - 1];
    if (!shapes.has(row.shape)) {
      if (index > start && comma !== undefined) kept.push(comma);
      kept.push(...tokens.slice(index, row.end));
    }
    if (!row.isReading) shapes.add(row.shape);
    if (tokens[row.end]?.text !== "," || tokens[row.end + 1]?.text !== "(") return row.end;
    index = row.end + 1;
  }
}

interface Row {
  /** The same for rows that differ in literals only. */
  readonly shape: string;
  readonly end: number;
  /** Whether something is read in it: then its literals may matter. */
  readonly isReading: boolean;
}

function readRow(tokens: readonly Token[], start: number): Row {
  const shape: string[] = [];
  let isReading = false;
  let depth = 0;
  let index = start;
  do {
    const token = tokens[index];
    if (token === undefined) break;
    index += 1;
    if (token.text === "(") depth += 1;
    else if (token.text === ")") depth -= 1;
    isReading ||= token.kind === "word" && READING_WORDS.has(token.text.toLowerCase());
    shape.push(isLiteral(token) ? "0" : token.text);
  } while (depth > 0);
  return { shape: shape.join(" "), end: index, isReading };
}

function shortenRuns(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  let index = 0;
  while (index < tokens.length) {
    const end = findRunEnd(tokens, index);
    const isLong = end - index > 2 * KEPT_VALUES;
    kept.push(...tokens.slice(index, isLong ? index + 2 * KEPT_VALUES : Math.max(end, index + 1)));
    if (isLong) kept.push(OTHER_VALUES);
    index = Math.max(end, index + 1);
  }
  return kept;
}

/** Index behind the literals, with commas between them, that begin here; the index itself where none does. */
function findRunEnd(tokens: readonly Token[], start: number): number {
  let index = start;
  for (;;) {
    const token = tokens[index];
    if (token === undefined || !isLiteral(token)) return index > start ? index - 1 : start;
    if (tokens[index + 1]?.text !== ",") return index + 1;
    index += 2;
  }
}

function isLiteral({ kind, text }: Token): boolean {
  switch (kind) {
    case "string":
    case "number":
      return true;
    case "word":
      return CONSTANT_WORDS.has(text.toLowerCase());
    case "name":
    case "placeholder":
    case "sign":
    case "meta":
    case "semicolon":
      return false;
  }
}
