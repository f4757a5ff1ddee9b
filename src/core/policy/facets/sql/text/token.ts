/** What a piece of SQL is, as far as splitting and shortening it needs to know. */
export type TokenKind = "word" | "name" | "string" | "number" | "placeholder" | "sign" | "meta" | "semicolon";

/** A piece of SQL between spaces and comments. */
export interface Token {
  /** `name` is a quoted identifier, `placeholder` a value that is bound later, `meta` a command of psql itself. */
  readonly kind: TokenKind;
  /** As the parser is to read it. */
  readonly text: string;
  /** What separates it from the one before: nothing, a space, or a line break; comments count as spaces. */
  readonly before: "" | " " | "\n";
}

/** A token while the text is read. */
export interface Piece extends Pick<Token, "kind" | "text"> {
  /** Index of the text behind it. */
  readonly end: number;
}

/**
 * How a server tells code from text and comments. To MySQL a backslash escapes, `#` begins a comment, and double quotes
 * stand around texts; in `mysql_ansi` around names, as elsewhere.
 */
export type Spelling = "standard" | "mysql" | "mysql_ansi";

/** What reading a text found besides its tokens. */
export interface Lexed {
  /** In the order of the text. */
  readonly tokens: readonly Token[];
  /** Whether a comment stands in a comment, or begins with `!` as those that MySQL runs: servers disagree about its end, or its sense. */
  readonly hasOddComment: boolean;
  /** Whether there was more than fits the limit. */
  readonly isCut: boolean;
}
