import { AUDIT_COLUMNS, type AuditRow, groupByInvocation, hashErased } from "./audit-chain.ts";
import type { Sql } from "./db.ts";

/** All emptied events of invocations, and the events that tell of erasures. */
const ERASURES = `
  select ${AUDIT_COLUMNS} from audit_event
  where tenant = $1 and invocation = any($2::text[]) and (erased_at is not null or type = 'invocation.erased')
  order by seq`;

/**
 * The first of these emptied events for which no later event of the same invocation vouches. It says how many were emptied, and a hash of
 * what is left of them: with one more, or another name or time in one of them, it vouches for none. Undefined when all of them were erased
 * on the record.
 */
export async function findUnannounced(
  sql: Sql,
  tenant: string,
  emptied: readonly AuditRow[],
): Promise<number | undefined> {
  if (emptied.length === 0) return undefined;
  const ids = [...new Set(emptied.flatMap(({ invocation }) => (invocation === null ? [] : [invocation])))];
  const rows = await sql.query<AuditRow>(ERASURES, [tenant, ids]);
  const announced = new Set([...groupByInvocation(rows)].flatMap(([id, own]) => (isAnnounced(own) ? [id] : [])));
  return emptied.find(({ invocation }) => invocation === null || !announced.has(invocation))?.seq;
}

/** Whether the event that follows the last emptied one of an invocation vouches for all of them. */
function isAnnounced(rows: readonly AuditRow[]): boolean {
  const erased = rows.filter((row) => row.erased_at !== null);
  const last = erased.at(-1)?.seq ?? 0;
  const told = rows.find((row) => row.erased_at === null && row.seq > last);
  if (told === undefined) return false;
  try {
    const { count, events } = JSON.parse(told.data) as { readonly count?: unknown; readonly events?: unknown };
    return count === erased.length && events === hashErased(erased);
  } catch {
    // Tampered columns need not be JSON or a time; the chain itself tells where.
    return false;
  }
}
