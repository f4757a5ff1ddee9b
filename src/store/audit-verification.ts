import { AUDIT_COLUMNS, type AuditRow, GENESIS_HASH, isIntact } from "./audit-chain.ts";
import { findUnannounced } from "./audit-erasures.ts";
import type { Sql } from "./db.ts";

/**
 * Whether a tenant's chain is whole: how many events, and of how many the content was erased (none where that is absent), or the first
 * sequence number at which it is not. An erased event is a link only: what it said can't be known any more, that it was erased on the
 * record is.
 */
export type ChainCheck =
  | { readonly ok: true; readonly count: number; readonly erased?: number }
  | { readonly ok: false; readonly seq: number };

/** A place in a chain: what its next event follows on. */
interface Link {
  readonly seq: number;
  readonly hash: string;
}

/** Rows read at once. */
const BATCH = 1_000;

/** Reads a tenant's whole chain and recomputes it; events that are appended meanwhile are left to the next time. */
export async function verifyChain(sql: Sql, tenant: string): Promise<ChainCheck> {
  const { head, lastSeq } = await readEnds(sql, tenant);
  let link: Link = { seq: 0, hash: GENESIS_HASH };
  let erased = 0;
  while (link.seq < head.seq) {
    const rows = (await readAfter(sql, tenant, link.seq)).filter(({ seq }) => seq <= head.seq);
    const fault = findFault(rows, link);
    if (fault !== undefined) return { ok: false, seq: fault };
    const emptied = rows.filter((row) => row.erased_at !== null);
    const unannounced = await findUnannounced(sql, tenant, emptied);
    if (unannounced !== undefined) return { ok: false, seq: unannounced };
    erased += emptied.length;
    link = rows.at(-1) ?? link;
  }
  if (link.hash !== head.hash) return { ok: false, seq: head.seq };
  if (lastSeq !== head.seq) return { ok: false, seq: head.seq + 1 };
  return { ok: true, count: head.seq, ...(erased > 0 && { erased }) };
}

/** The first place at which rows don't follow on the link before them; where there are none, the next. */
function findFault(rows: readonly AuditRow[], before: Link): number | undefined {
  let link = before;
  for (const row of rows) {
    if (!isIntact(row, link)) return link.seq + 1;
    link = row;
  }
  return rows.length === 0 ? link.seq + 1 : undefined;
}

/** What the head says and what is there, as of one instant. */
async function readEnds(sql: Sql, tenant: string): Promise<{ readonly head: Link; readonly lastSeq: number }> {
  const [ends] = await sql.query<{ seq: number; hash: string; last_seq: number }>(
    `select coalesce(max(seq), 0) as seq, coalesce(max(hash), $2) as hash,
            coalesce((select max(seq) from audit_event where tenant = $1), 0) as last_seq
     from audit_head where tenant = $1`,
    [tenant, GENESIS_HASH],
  );
  if (ends === undefined) return { head: { seq: 0, hash: GENESIS_HASH }, lastSeq: 0 };
  return { head: { seq: ends.seq, hash: ends.hash }, lastSeq: ends.last_seq };
}

async function readAfter(sql: Sql, tenant: string, seq: number): Promise<AuditRow[]> {
  return sql.query<AuditRow>(
    `select ${AUDIT_COLUMNS} from audit_event where tenant = $1 and seq > $2 order by seq limit $3`,
    [tenant, seq, BATCH],
  );
}
