import type { AuditEntry } from "../src/store/audit.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";

/** An audit event about this invocation. */
export function eventOf(row: LockedInvocation, type: AuditEntry["type"], data: Record<string, unknown>): AuditEntry {
  return {
    type,
    actor: row.actor,
    invocation: row.id,
    action: row.action,
    ...(row.idempotency_key === null ? {} : { idempotencyKey: row.idempotency_key }),
    data,
  };
}
