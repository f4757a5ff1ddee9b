import { MAX_SQL_CHARS, MAX_SQL_TEXTS, MAX_SQL_TOKENS } from "../../limits.ts";
import { readMeta, takeDotCommands } from "./clients/client-commands.ts";
import { FactLog } from "./fact-log.ts";
import { parsePostgres } from "./postgres-parser.ts";
import type { Dialect, SqlSource } from "./sql-source.ts";
import { FIRST_WORDS, HARMFUL_FIRST_WORDS } from "./sql-words.ts";
import type { StatementFact, StatementKind } from "./statement-fact.ts";
import { lexSql } from "./text/lexer.ts";
import { REFUSED } from "./text/operators.ts";
import { type SqlPart, splitParts } from "./text/parts.ts";
import type { Spelling } from "./text/token.ts";
import { KIND_OF_FIRST_WORD } from "./tree/statement-nodes.ts";
import { walkStatement } from "./tree/walk-statement.ts";
import type { Session } from "./tree/walk.ts";

/** One reading of a text: its statements, and those that the parser refused. */
interface Reading {
  readonly parts: readonly SqlPart[];
  readonly refused: readonly SqlPart[];
  /** Whether something of it was not looked at, or means different things to different servers. */
  readonly isOdd: boolean;
}

/** Reads the SQL of one call within its limits. */
export class SqlReader {
  readonly #session: Session = { prepared: new Set(), hasNewSearchPath: false };
  readonly #log = new FactLog();
  /** Statements of the text that is being read, and whether the parser took them. */
  readonly #taken = new Map<string, boolean>();
  #charsLeft = MAX_SQL_CHARS;
  #tokensLeft = MAX_SQL_TOKENS;
  #textsLeft = MAX_SQL_TEXTS;
  /** Whether the parser wasn't asked about a statement because of the limit. */
  #isSpent = false;

  /** What was found so far. */
  get facts(): readonly StatementFact[] {
    return this.#log.facts;
  }

  /** Adds a statement that may be any. */
  addUnknown(): void {
    this.#log.addUnknown();
  }

  /** Adds what is done without any SQL in sight. */
  addKind(kind: StatementKind): void {
    this.#log.add({ kind, table: undefined, isTableKnown: false, withoutWhere: "no" });
  }

  /** Adds what a text does. What isn't certain to be SQL and isn't read as such is left out. */
  read(source: SqlSource): void {
    if (source.certainty === "possible" && !beginsLikeSql(source.text)) return;
    const log = new FactLog();
    const text = source.client === "sqlite" ? takeDotCommands(source.text, log) : source.text;
    this.#charsLeft -= text.length;
    this.#textsLeft -= 1;
    if (this.#charsLeft < 0 || this.#textsLeft < 0) {
      this.#readBeyond(text, source);
      return;
    }
    const readings = this.#readAll(text, source, log);
    const isWhole = readings.some(wasTaken);
    if (!isWhole && !this.#mayBeSql(readings, source)) return;
    if (isWhole && source.certainty === "possible" && !/\S\s+\S/.test(text)) return;
    for (const reading of readings) {
      if (isWhole) addSuspected(reading, readings, log);
      else addRefused(reading, log);
    }
    const isFilledIn = source.hasVariables === true && readings.some(hasPlaceholders);
    if (isFilledIn) log.addUnknown();
    this.#log.addAll(log.facts);
  }

  /** Beyond the limit only the beginning is looked at. */
  #readBeyond(text: string, { certainty }: SqlSource): void {
    if (certainty !== "certain" && !beginsLikeSql(text)) return;
    const [part] = splitParts(lexSql(text.slice(0, 200), "standard").tokens);
    this.#log.addUnknown();
    if (part !== undefined) addFirstWords(part, this.#log);
  }

  /** Whether a text that the parser doesn't take whole counts as SQL all the same. */
  #mayBeSql(readings: readonly Reading[], { text, certainty }: SqlSource): boolean {
    switch (certainty) {
      case "certain":
        return true;
      case "probable":
        return readings.some(({ parts: [first] }) => FIRST_WORDS.has(first?.firstWords[0] ?? ""));
      case "possible":
        // What the parser wasn't asked about any more may be SQL as well.
        return this.#isSpent && beginsLikeSql(text);
    }
  }

  #readAll(text: string, { dialect, client }: SqlSource, log: FactLog): readonly Reading[] {
    const readings: Reading[] = [];
    this.#taken.clear();
    const seen = new Set<string>();
    for (const spelling of spellingsOf(text, dialect)) {
      const { tokens, hasOddComment, isCut } = lexSql(text, spelling);
      const parts = splitParts(tokens);
      const key = parts.map((part) => part.text).join(";");
      if (seen.has(key)) continue;
      seen.add(key);
      const refused = parts.filter((part) => !this.#readPart(part, client, log));
      readings.push({ parts, refused, isOdd: isCut || (hasOddComment && dialect !== "postgres") });
    }
    return readings;
  }

  /** False for a statement that can't be known. */
  #readPart(part: SqlPart, client: SqlSource["client"], log: FactLog): boolean {
    if (part.meta !== undefined) {
      if (client === "psql") readMeta(part.meta, log, this.#session);
      return client === "psql";
    }
    if (part.isUnknown) return false;
    if (this.#tokensLeft < part.tokenCount) {
      this.#isSpent = true;
      return false;
    }
    const key = `${this.#session.hasNewSearchPath ? "new path " : ""}${part.text}`;
    const known = this.#taken.get(key);
    if (known !== undefined) return known;
    const isTaken = this.#parse(part, log);
    this.#taken.set(key, isTaken);
    return isTaken;
  }

  /** A driver may bind values to placeholders or send them as they are, so both readings count. */
  #parse({ text, boundText, tokenCount }: SqlPart, log: FactLog): boolean {
    let isTaken = false;
    for (const each of boundText === undefined ? [text] : [boundText, text]) {
      this.#tokensLeft -= tokenCount;
      const statements = parsePostgres(each);
      isTaken ||= statements !== undefined;
      for (const statement of statements ?? []) walkStatement(statement, log, this.#session);
    }
    return isTaken;
  }
}

/** Whether the parser took all of a reading. */
function wasTaken({ refused, isOdd }: Reading): boolean {
  return refused.length === 0 && !isOdd;
}

/** Settings that change what quotes mean. */
const QUOTE_SETTINGS = /sql_mode|standard_conforming_strings|backslash_quote/i;
/** What MySQL and others tell apart differently. */
const AMBIGUOUS = /[\\#]|--\S|\|\||&&/;

function spellingsOf(text: string, dialect: Dialect): readonly Spelling[] {
  if (QUOTE_SETTINGS.test(text)) return ["standard", "mysql_ansi", "mysql"];
  switch (dialect) {
    case "postgres":
      return ["standard"];
    case "mysql":
      return ["mysql"];
    case "any":
      return AMBIGUOUS.test(text) ? ["standard", "mysql_ansi"] : ["standard"];
  }
}

/** Whether the first word of a text, behind spaces and parentheses, begins a statement; a comment may hide it. */
function beginsLikeSql(text: string): boolean {
  const start = /^[\s(;]*(?:([a-z]+)|--|\/\*|#)/i.exec(text);
  return start !== null && (start[1] === undefined || FIRST_WORDS.has(start[1].toLowerCase()));
}

/** Adds what is known of statements that the parser refused. */
function addRefused({ refused }: Reading, log: FactLog): void {
  log.addUnknown();
  for (const part of refused) addFirstWords(part, log);
}

/**
 * Adds the harm that statements may do which the parser refused, where another reading of the text was taken whole:
 * most likely this one isn't meant, but a server of another kind may see it so.
 */
function addSuspected({ refused, isOdd }: Reading, readings: readonly Reading[], log: FactLog): void {
  if (isOdd) log.addUnknown();
  if (refused.length === 0) return;
  const known = new Set(readings.filter(wasTaken).flatMap(({ parts }) => parts.flatMap((part) => part.firstWords)));
  for (const part of refused) {
    // What isn't closed, no server takes.
    if (part.text.includes(REFUSED)) continue;
    const harmful = part.firstWords.filter((word) => HARMFUL_FIRST_WORDS.has(word));
    if (harmful.some((word) => !known.has(word)) || /\b(?:out|dump)file\b/i.test(part.text)) log.addUnknown();
    else if (harmful.length > 0) addFirstWords(part, log);
  }
}

/** What begins with DROP drops something, if any server takes it at all. */
function addFirstWords({ firstWords }: SqlPart, log: FactLog): void {
  for (const word of firstWords) {
    const kind = Object.hasOwn(KIND_OF_FIRST_WORD, word) ? KIND_OF_FIRST_WORD[word] : undefined;
    if (kind === undefined) continue;
    const withoutWhere = kind === "update" || kind === "delete" ? "unknown" : "no";
    log.add({ kind, table: undefined, isTableKnown: false, withoutWhere: kind === "truncate" ? "yes" : withoutWhere });
  }
}

function hasPlaceholders({ parts }: Reading): boolean {
  return parts.some(({ boundText }) => boundText !== undefined);
}
