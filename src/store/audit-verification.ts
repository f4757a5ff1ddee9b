import { AUDIT_COLUMNS, type AuditRow, GENESIS_HASH, isIntact } from "./audit-chain.ts";
import type { Sql } from "./db.ts";

/** Whether a tenant's chain is whole: how many events, or the first sequence number at which it is not. */
export type ChainCheck = { readonly ok: true; readonly count: number } | { readonly ok: false; readonly seq: number };

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
  while (link.seq < head.seq) {
    const rows = await readAfter(sql, tenant, link.seq);
    if (rows.length === 0) return { ok: false, seq: link.seq + 1 };
    for (const row of rows) {
      if (!isIntact(row, link)) return { ok: false, seq: link.seq + 1 };
      link = row;
      if (link.seq === head.seq) break;
    }
  }
  if (link.hash !== head.hash) return { ok: false, seq: head.seq };
  return lastSeq === head.seq ? { ok: true, count: head.seq } : { ok: false, seq: head.seq + 1 };
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
