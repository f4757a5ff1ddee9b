import type { Param } from "./db.ts";

/** The assignments of an UPDATE and their parameters. */
export interface SetClause {
  readonly text: string;
  readonly params: readonly Param[];
}

/**
 * Turns changed columns into `a = $n, b = $n+1`. Column names come from our own types, never from a caller.
 * @param firstIndex number of the first parameter
 */
export function createSetClause(change: Readonly<Record<string, Param>>, firstIndex: number): SetClause {
  const columns = Object.keys(change);
  const text = columns.map((column, index) => `${column} = $${firstIndex + index}`).join(", ");
  return { text, params: Object.values(change) };
}
