import type { Sql } from "./db.ts";
import type { SealedColumn, SealedRow } from "./sealed-columns.ts";

/** Rows that one statement looks at, wanted or not: some milliseconds, however large the table is. */
const WINDOW_ROWS = 2_000;

/** A row's place in the order of its table's primary key: the key's values as text. */
export type KeyPlace = readonly string[];

/** A part of a table in the order of its key: behind a place and up to another one, or to the end. */
export interface KeyWindow {
  readonly after: KeyPlace;
  readonly end: KeyPlace | undefined;
}

/** The window that begins behind a place. */
export async function findWindow(sql: Sql, column: SealedColumn, after: KeyPlace): Promise<KeyWindow> {
  const { table, key, selected, keyOf } = column;
  const [last] = await sql.query<SealedRow>(
    `select t.tenant, ${selected} from ${table} t where (${key}) > (${placesOf(after, 1)}) order by ${key} offset ${WINDOW_ROWS - 1} limit 1`,
    after,
  );
  return { after, end: last && keyOf(last) };
}

/** The condition that a row `t` lies in a window, with parameters from `$1` on. */
export function isInWindow({ key }: SealedColumn, { after, end }: KeyWindow): { text: string; params: string[] } {
  const upTo = end === undefined ? "" : ` and (${key}) <= (${placesOf(end, after.length + 1)})`;
  return { text: `(${key}) > (${placesOf(after, 1)})${upTo}`, params: [...after, ...(end ?? [])] };
}

function placesOf(place: KeyPlace, first: number): string {
  return place.map((_, index) => `$${index + first}`).join(", ");
}
