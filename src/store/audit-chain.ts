import type { AuditEvent, AuditType } from "../contract/audit.ts";
import { canonicalJson } from "../core/canonical.ts";
import { sha256Hex } from "../core/digest.ts";

/** What the first event of every chain has as its `prevHash`. */
export const GENESIS_HASH = "0".repeat(64);

/** The columns of a row, for a select list. */
export const AUDIT_COLUMNS = "tenant, seq, type, at, principal, actor, invocation, action, data, prev_hash, hash";

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
}

/** An event's content: all of it but its place in the chain. */
export type AuditContent = Omit<AuditEvent, "prevHash" | "hash">;

/** SHA-256, as hex, of the previous hash followed by the canonical JSON of the content. */
export function hashEvent(prevHash: string, content: AuditContent): string {
  return sha256Hex(prevHash + canonicalJson(content));
}

/** The event that a row keeps. */
export function eventOf(row: AuditRow): AuditEvent {
  return { ...contentOf(row), prevHash: row.prev_hash, hash: row.hash };
}

/** Whether a row follows on what came before it and still says what was hashed. */
export function isIntact(row: AuditRow, before: { readonly seq: number; readonly hash: string }): boolean {
  if (row.seq !== before.seq + 1 || row.prev_hash !== before.hash) return false;
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
