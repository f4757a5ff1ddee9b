import type { AuditEvent, AuditType } from "../contract/audit.ts";
import { canonicalJson } from "../core/canonical.ts";
import { sha256Hex } from "../core/digest.ts";

/** What the first event of every chain has as its `prevHash`. */
export const GENESIS_HASH = "0".repeat(64);

/** The columns of a row, for a select list. */
export const AUDIT_COLUMNS =
  "tenant, seq, type, at, principal, actor, invocation, action, data, prev_hash, hash, erased_at";

/** An event as it is kept; absent is `null`, `at` epoch milliseconds, `data` canonical JSON. */
export interface AuditRow {
  readonly tenant: string;
  readonly seq: number;
  readonly type: AuditType;
  readonly at: number;
  readonly principal: string | null;
  readonly actor: string | null;
  readonly invocation: string | null;
  readonly action: string | null;
  readonly data: string;
  readonly prev_hash: string;
  readonly hash: string;
  /** When `data` was emptied; the hash is of what it was. */
  readonly erased_at: number | null;
}

/** An event's content: all of it but its place in the chain, and that it was erased. */
export type AuditContent = Omit<AuditEvent, "prevHash" | "hash" | "erasedAt">;

/** SHA-256, as hex, of the previous hash followed by the canonical JSON of the content. */
export function hashEvent(prevHash: string, content: AuditContent): string {
  return sha256Hex(prevHash + canonicalJson(content));
}

/** The event that a row keeps. */
export function eventOf(row: AuditRow): AuditEvent {
  const erased = row.erased_at === null ? {} : { erasedAt: new Date(row.erased_at).toISOString() };
  return { ...contentOf(row), ...erased, prevHash: row.prev_hash, hash: row.hash };
}

/** Rows by the invocation that they speak of, each in the order given; those that speak of none are left out. */
export function groupByInvocation(rows: readonly AuditRow[]): ReadonlyMap<string, readonly AuditRow[]> {
  const groups = new Map<string, AuditRow[]>();
  for (const row of rows) {
    if (row.invocation === null) continue;
    const group = groups.get(row.invocation);
    if (group === undefined) groups.set(row.invocation, [row]);
    else group.push(row);
  }
  return groups;
}

/**
 * SHA-256, as hex, of what stays of one invocation's events when their `data` is emptied, in the order of their numbers: the event that
 * tells of the erasure keeps it, so that it can still be seen whether somebody changed who did what, and when.
 */
export function hashErased(rows: readonly AuditRow[]): string {
  const kept = rows
    .toSorted((left, right) => left.seq - right.seq)
    .map(({ seq, type, at, principal, actor, action, hash }) => ({
      ...{ seq, type, at: new Date(at).toISOString() },
      ...{ principal, actor, action, hash },
    }));
  return sha256Hex(canonicalJson(kept));
}

/**
 * Whether a row follows on what came before it and still says what was hashed, or nothing where it says that it was erased: of such a row
 * only {@link hashErased} tells whether the rest of it stands.
 */
export function isIntact(row: AuditRow, before: { readonly seq: number; readonly hash: string }): boolean {
  if (row.seq !== before.seq + 1 || row.prev_hash !== before.hash) return false;
  if (row.erased_at !== null) return row.data === "{}" && row.invocation !== null;
  try {
    return row.hash === hashEvent(row.prev_hash, contentOf(row));
  } catch {
    // Tampered columns need not be JSON or a time any more.
    return false;
  }
}

function contentOf(row: AuditRow): AuditContent {
  return {
    seq: row.seq,
    type: row.type,
    at: new Date(row.at).toISOString(),
    tenant: row.tenant,
    ...(row.principal !== null && { principal: row.principal }),
    ...(row.actor !== null && { actor: row.actor }),
    ...(row.invocation !== null && { invocation: row.invocation }),
    ...(row.action !== null && { action: row.action }),
    data: JSON.parse(row.data) as Record<string, unknown>,
  };
}
