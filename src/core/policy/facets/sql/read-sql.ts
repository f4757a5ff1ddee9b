import { MAX_SQL_CHARS, MAX_SQL_TEXTS, MAX_SQL_TOKENS } from "../../limits.ts";
import { readMeta, takeDotCommands } from "./clients/client-commands.ts";
import { FactLog } from "./fact-log.ts";
import { parsePostgres } from "./postgres-parser.ts";
import { addFirstWords, addRefused, addSuspected, hasPlaceholders, type Reading, wasTaken } from "./reading.ts";
import type { SqlSource } from "./sql-source.ts";
import { beginsLikeSql, FIRST_WORDS, mayBeginSql } from "./sql-words.ts";
import type { StatementFact, StatementKind } from "./statement-fact.ts";
import { lexSql } from "./text/lexer.ts";
import { type SqlPart, splitParts, writeTokens } from "./text/parts.ts";
import { spellingsOf } from "./text/spellings.ts";
import { walkStatement } from "./tree/walk-statement.ts";
import type { Session } from "./tree/walk.ts";

/** Reads the SQL of one call within its limits. */
export class SqlReader {
  readonly #session: Session = { prepared: new Set(), hasNewSearchPath: false };
  readonly #log = new FactLog();
  /** Statements of the text that is being read, and whether the parser took them. */
  readonly #taken = new Map<string, boolean>();
  #charsLeft = MAX_SQL_CHARS;
  #tokensLeft = MAX_SQL_TOKENS;
  #textsLeft = MAX_SQL_TEXTS;
  /** Whether the limit was reached: the parser is asked about nothing more. */
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
    if (source.certainty === "possible" && !mayBeginSql(source.text)) return;
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
    if (certainty !== "certain" && !mayBeginSql(text)) return;
    this.#log.addUnknown();
    addFirstWords(splitParts(lexSql(text.slice(0, 200), "standard").tokens).slice(0, 1), this.#log);
  }

  /** Whether a text that the parser doesn't take whole counts as SQL all the same. */
  #mayBeSql(readings: readonly Reading[], { text, certainty }: SqlSource): boolean {
    switch (certainty) {
      case "certain":
        return true;
      case "probable":
        return (
          beginsLikeSql(text) || readings.some(({ parts: [first] }) => FIRST_WORDS.has(first?.firstWords[0] ?? ""))
        );
      case "possible":
        // What the parser wasn't asked about any more may be SQL as well.
        return this.#isSpent && mayBeginSql(text);
    }
  }

  #readAll(text: string, { dialect, client }: SqlSource, log: FactLog): readonly Reading[] {
    const readings: Reading[] = [];
    this.#taken.clear();
    const spellings = spellingsOf(text, dialect);
    const seen = new Set<string>();
    for (const spelling of spellings) {
      const { tokens, hasOddComment, isCut } = lexSql(text, spelling);
      const written = spellings.length > 1 ? writeTokens(tokens) : "";
      if (seen.has(written)) continue;
      seen.add(written);
      const parts = splitParts(tokens);
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
    if (this.#isSpent || part.isUnknown) return false;
    this.#isSpent = this.#tokensLeft < part.tokenCount;
    if (this.#isSpent) return false;
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
