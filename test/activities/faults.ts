import type { Db, Param, Row, Transaction } from "../../src/store/db.ts";

/** Text in a driver's error that may not leave the worker: a row's values. */
export const ROW_VALUES = "Failing row contains (sk_live_do_not_tell)";

/** Decides after which statement a process is taken for dead: its text, and how many ran in transactions before it. */
export type Fault = (text: string, index: number) => boolean;

/** A database whose transactions break off, as by a crash, right after a statement that the fault names. */
export function breakAfter(db: Db, fault: Fault): Db {
  let count = 0;
  return {
    ...db,
    transaction: (work) =>
      db.transaction((tx) => {
        const breaking: Transaction = {
          ...tx,
          async query<R extends object = Row>(text: string, params?: readonly Param[]) {
            const rows = await tx.query<R>(text, params);
            if (fault(text, count++)) throw new Error(ROW_VALUES);
            return rows;
          },
        };
        return work(breaking);
      }),
  };
}

/** Every row of every table, as text: two equal ones mean that nothing was written in between. */
export async function dumpTables(db: Db): Promise<string> {
  const tables = await db.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = current_schema() order by 1`,
  );
  const dumps = tables.map(async ({ name }) => {
    const rows = await db.query<{ row: string }>(`select t::text as row from "${name}" t order by 1`);
    return [name, ...rows.map(({ row }) => row)].join("\n");
  });
  return (await Promise.all(dumps)).join("\n");
}
