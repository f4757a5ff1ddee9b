import type { KeyRing } from "../core/key-ring.ts";
import { parseSealed, SEALED_PREFIX, sealedPrefix } from "../core/sealed-text.ts";
import { type Cipher, createCipher, openReadable } from "./cipher.ts";
import type { Db, Sql } from "./db.ts";
import { findWindow, isInWindow, type KeyPlace, type KeyWindow } from "./key-windows.ts";
import { SEALED_COLUMNS, type SealedColumn, type SealedRow } from "./sealed-columns.ts";

/** How many values of a column one key has sealed. */
export interface SealedCount {
  /** `table.column`. */
  readonly column: string;
  /** The key's id; `null` for values that are kept as they are. */
  readonly key: string | null;
  readonly count: number;
}

/** What came of sealing anew. */
export interface ResealReport {
  /** Values that the ring's first key sealed now, by column. */
  readonly resealed: readonly { readonly column: string; readonly count: number }[];
  /** Values that were left as they are, since no key of the ring opens them. */
  readonly unreadable: readonly SealedCount[];
  /** Whether all columns were gone through. */
  readonly isComplete: boolean;
}

/** How values are sealed anew. */
export interface ResealOptions {
  /** The key to seal with, and all that values may be sealed with by now. */
  readonly ring: KeyRing;
  /** Ends it early, between two batches: what is done stays done, and the next time goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** Rows that are locked at a time: values of 64 KiB at most each, so a few MiB. */
const BATCH = 100;

/** Longer than any prefix with a key's id. */
const HEAD_CHARS = 64;

/** Counts the values of every sealed column by the key that they are sealed with. Reads the tables from end to end, a window at a time. */
export async function countSealed(db: Sql): Promise<SealedCount[]> {
  const counts: SealedCount[] = [];
  for (const each of SEALED_COLUMNS) {
    const byKey = [...(await countColumn(db, each))].toSorted(([left], [right]) => compareKeys(left, right));
    counts.push(...byKey.map(([key, count]) => ({ column: nameOf(each), key, count })));
  }
  return counts;
}

async function countColumn(db: Sql, column: SealedColumn): Promise<ReadonlyMap<string | null, number>> {
  const counts = new Map<string | null, number>();
  for (let after: KeyPlace | undefined = column.start; after !== undefined;) {
    const window: KeyWindow = await findWindow(db, column, after);
    const { text, params } = countStatement(column, window);
    for (const { key, count } of await db.query<{ key: string | null; count: number }>(text, params)) {
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
    after = window.end;
  }
  return counts;
}

/** Values that no key has sealed come first. */
function compareKeys(left: string | null, right: string | null): number {
  if (left === null || right === null) return left === null ? -1 : 1;
  return left < right ? -1 : 1;
}

/**
 * Seals with the ring's first key every value that another key sealed, or none, a batch of locked rows at a time, while others work.
 * Each batch looks at a window of rows, so that a further time is quick over what is done. Values that no key of the ring opens are left
 * and reported. May be ended and begun again at any time.
 * @throws invalid_request for a ring that can't be used
 */
export async function reseal(db: Db, { ring, signal }: ResealOptions): Promise<ResealReport> {
  const sealing = { cipher: createCipher(ring), done: sealedPrefix(ring[0].id) };
  const resealed: { column: string; count: number }[] = [];
  const unreadable = new Map<string, SealedCount>();
  for (const column of SEALED_COLUMNS) {
    let count = 0;
    for await (const batch of resealColumn(db, { ...sealing, column, signal })) {
      count += batch.resealed;
      for (const key of batch.unreadable) addUnreadable(unreadable, nameOf(column), key);
    }
    resealed.push({ column: nameOf(column), count });
  }
  return { resealed, unreadable: [...unreadable.values()], isComplete: signal?.aborted !== true };
}

interface Resealing {
  readonly column: SealedColumn;
  readonly cipher: Cipher;
  /** How values begin that are sealed with the right key. */
  readonly done: string;
  readonly signal: AbortSignal | undefined;
}

interface Batch {
  readonly resealed: number;
  /** Ids of the keys of those that could not be opened. */
  readonly unreadable: readonly string[];
  /** How far it came; `undefined` where no more rows follow. */
  readonly last: KeyPlace | undefined;
}

async function* resealColumn(db: Db, resealing: Resealing): AsyncGenerator<Batch> {
  let after: KeyPlace | undefined = resealing.column.start;
  while (after !== undefined && resealing.signal?.aborted !== true) {
    const from: KeyPlace = after;
    const batch: Batch = await db.transaction((tx) => resealBatch(tx, resealing, from));
    yield batch;
    after = batch.last;
  }
}

interface KeptRow extends SealedRow {
  readonly kept: string;
}

async function resealBatch(tx: Sql, { column, cipher, done }: Resealing, after: KeyPlace): Promise<Batch> {
  const window = await findWindow(tx, column, after);
  const lock = lockStatement(column, window, done);
  const rows = await tx.query<KeptRow>(lock.text, lock.params);
  const opened = rows.map((row) => ({ ...row, text: openReadable(cipher, row.kept, column.placeOf(row)) }));
  const readable = opened.flatMap(({ text, ...row }) =>
    text === undefined ? [] : [{ ...row, kept: cipher.seal(text, column.placeOf(row)) }],
  );
  if (readable.length > 0) await tx.query(updateText(column), paramsOf(readable));
  const last = rows.length < BATCH ? undefined : rows.at(-1);
  const reached = last === undefined ? window.end : column.keyOf(last);
  return {
    resealed: readable.length,
    unreadable: opened.flatMap(({ text, kept }) => (text === undefined ? [parseSealed(kept)?.keyId ?? ""] : [])),
    last: reached,
  };
}

function paramsOf(rows: readonly KeptRow[]): string[][] {
  return [
    rows.map(({ tenant }) => tenant),
    rows.map(({ invocation }) => invocation),
    rows.map(({ row }) => row),
    rows.map(({ kept }) => kept),
  ];
}

function addUnreadable(counts: Map<string, SealedCount>, column: string, key: string): void {
  const id = `${column} ${key}`;
  counts.set(id, { column, key, count: (counts.get(id)?.count ?? 0) + 1 });
}

function nameOf({ table, column }: SealedColumn): string {
  return `${table}.${column}`;
}

interface Statement {
  readonly text: string;
  readonly params: string[];
}

function countStatement(column: SealedColumn, window: KeyWindow): Statement {
  const head = `left(t.${column.column}, ${HEAD_CHARS})`;
  const inside = isInWindow(column, window);
  const text = `
    select case when starts_with(${head}, '${SEALED_PREFIX}') then split_part(${head}, '.', 2) end as key, count(*)::bigint as count
    from ${column.table} t where ${inside.text} and ${column.isFilled} group by 1`;
  return { text, params: inside.params };
}

function lockStatement(column: SealedColumn, window: KeyWindow, done: string): Statement {
  const { table, key, selected, isFilled } = column;
  const inside = isInWindow(column, window);
  const isDone = `starts_with(left(t.${column.column}, ${HEAD_CHARS}), $${inside.params.length + 1})`;
  const text = `
    select t.tenant, ${selected}, t.${column.column} as kept from ${table} t
    where ${inside.text} and ${isFilled} and not ${isDone}
    order by ${key} limit ${BATCH} for update`;
  return { text, params: [...inside.params, done] };
}

function updateText({ table, column, isRow }: SealedColumn): string {
  return `
    update ${table} t set ${column} = n.kept
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as n(tenant, invocation, row, kept) where ${isRow}`;
}
