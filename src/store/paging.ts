import { CountersignError } from "../core/countersign-error.ts";
import type { Page } from "../contract/problem.ts";

/** The last row of a page: its instant and its id. */
export interface PagePosition {
  readonly atMs: number;
  readonly id: string;
}

/** An instant from 1970 to the year 5138, and an id of ours. */
const CURSOR = /^(\d{1,14}) ([\w-]{1,64})$/;

/** Reads an opaque cursor of a list that is ordered by instant and id. @throws invalid_query when we didn't write it */
export function readCursor(cursor: string | undefined): { readonly at: Date; readonly id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [, atMs, id] = CURSOR.exec(Buffer.from(cursor, "base64url").toString("utf8")) ?? [];
  if (atMs === undefined || id === undefined) {
    throw new CountersignError("invalid_query", "The cursor is not one that a list gave");
  }
  return { at: new Date(Number(atMs)), id };
}

/** Cuts the one row too many that tells whether there is a next page, and writes the cursor to it. */
export function pageOf<Item>(rows: readonly Item[], limit: number, position: (row: Item) => PagePosition): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, nextCursor: writeCursor(position(last)) };
}

/** The opaque cursor to what a list gives after this row. */
export function writeCursor({ atMs, id }: PagePosition): string {
  return Buffer.from(`${atMs} ${id}`).toString("base64url");
}
