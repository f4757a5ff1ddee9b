/** Whose grammar a text is in: `any` when that can't be told, so that every server's reading counts. */
export type Dialect = "postgres" | "mysql" | "any";

/** Whether a text is SQL: `probable` when it begins like SQL, `possible` only when the parser takes it whole. */
export type Certainty = "certain" | "probable" | "possible";

/** A text of a call that a database would run. */
export interface SqlSource {
  /** The text, with `UNKNOWN` of `shell/command.ts` for what can't be known. */
  readonly text: string;
  /** Whose grammar it is in. */
  readonly dialect: Dialect;
  /** Whether it is SQL at all. */
  readonly certainty: Certainty;
  /** The client that reads it, where that has commands of its own. */
  readonly client?: "psql" | "sqlite";
  /** Whether the client puts texts in place of `:name`. */
  readonly hasVariables?: boolean;
}
