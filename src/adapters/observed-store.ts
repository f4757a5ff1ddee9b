import type { InvocationRef } from "../contract/ids.ts";
import type { Effect } from "../contract/policy.ts";
import type { InvocationStatus } from "../contract/invocation.ts";
import type { Metrics, Tracing } from "../gateway/ports.ts";
import type { AuditEntry } from "../store/audit.ts";
import type { LockedInvocation, NewInvocation } from "../store/invocations.ts";
import type { Store, TransactionTables } from "../store/store.ts";

/** Who hears of what the store wrote. */
export interface Observers {
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

/** What one run of a transaction has read and recorded. */
interface Sight {
  row: Pick<LockedInvocation, "verdict" | "created_at" | "now"> | undefined;
  resolvedAtMs: number | undefined;
  readonly events: AuditEntry[];
  /** Whether the record was the last thing that failed. */
  recordFailed: boolean;
}

/**
 * The store, with every fact counted and noted in the present trace once its transaction has committed, from the record that the
 * transaction writes anyway: no statement more, and nothing is told that was undone. New calls are kept with the trace they were made in.
 */
export function observeStore(store: Store, observers: Observers): Store {
  return {
    ...store,
    executions: { ...store.executions, findBegun: (ref) => findBegun(store, observers.tracing, ref) },
    transaction: (work) => watchTransaction(store, observers, work),
  };
}

/** The one place where an attempt is taken over without a transaction. */
async function findBegun(store: Store, tracing: Tracing, ref: InvocationRef) {
  const row = await store.executions.findBegun(ref);
  if (row !== undefined) meetRow(tracing, row);
  return row;
}

async function watchTransaction<T>(
  store: Store,
  observers: Observers,
  work: (tx: TransactionTables) => Promise<T>,
): Promise<T> {
  let sight = createSight();
  try {
    const result = await store.transaction((tx) => {
      // One that lost against another is run again, and only its last run counts.
      sight = createSight();
      return work(watchTables(tx, sight, observers.tracing));
    });
    tell(sight, observers);
    return result;
  } catch (error) {
    if (sight.recordFailed) observers.metrics.auditFailed();
    throw error;
  }
}

function createSight(): Sight {
  return { row: undefined, resolvedAtMs: undefined, events: [], recordFailed: false };
}

function watchTables(tx: TransactionTables, sight: Sight, tracing: Tracing): TransactionTables {
  return {
    ...tx,
    invocations: {
      ...tx.invocations,
      accept: (row: NewInvocation) => tx.invocations.accept({ traceParent: tracing.traceParent(), ...row }),
      lock: async (ref) => {
        const row = await tx.invocations.lock(ref);
        sight.row = row;
        if (row !== undefined) meetRow(tracing, row);
        return row;
      },
    },
    approvals: {
      ...tx.approvals,
      lock: async (ref) => {
        const locked = await tx.approvals.lock(ref);
        sight.resolvedAtMs = locked?.approval.resolved_at ?? undefined;
        return locked;
      },
    },
    audit: {
      ...tx.audit,
      append: async (tenant, entries) => {
        sight.recordFailed = true;
        await tx.audit.append(tenant, entries);
        sight.recordFailed = false;
        sight.events.push(...entries);
        for (const entry of entries) meetEntry(tracing, tenant, entry);
      },
    },
  };
}

function meetRow(tracing: Tracing, row: Pick<LockedInvocation, "tenant" | "id" | "action" | "trace_parent">): void {
  tracing.meet({ tenant: row.tenant, invocation: row.id, action: row.action, traceParent: row.trace_parent });
}

function meetEntry(tracing: Tracing, tenant: string, { invocation, action }: AuditEntry): void {
  if (invocation !== undefined) tracing.meet({ tenant, invocation, action });
}

/** What was recorded, in the words of whoever counts. */
function tell(sight: Sight, { metrics, tracing }: Observers): void {
  const { row, resolvedAtMs } = sight;
  for (const { type, data } of sight.events) {
    switch (type) {
      case "invocation.decided":
        metrics.decided(data["effect"] as Effect, row?.verdict === null ? row.now - row.created_at : undefined);
        tracing.note({ effect: String(data["effect"]), rule: textOf(data["rule"]) });
        break;
      case "execution.started":
        if (data["attempt"] === 1 && row !== undefined && resolvedAtMs !== undefined)
          metrics.startedAfterVote(Math.max(0, row.now - resolvedAtMs));
        tracing.note({ attempt: Number(data["attempt"]) });
        break;
      case "invocation.closed":
        metrics.closed(data["status"] as InvocationStatus);
        tracing.note({ status: String(data["status"]) });
        break;
      default:
    }
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
