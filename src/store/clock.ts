import type { Sql } from "./db.ts";

/**
 * The database's time in epoch milliseconds, which is everybody's. In a transaction a statement of its own: a time that the
 * statement before gave may lie before its wait for a lock.
 */
export async function readNowMs(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ now: number }>("select ms_now() as now");
  return row?.now ?? Number.NaN;
}
