import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { Sql } from "./db.ts";
import type { InvocationRow, NewInvocation } from "./invocations.ts";

/** An accepted row that no run has taken up, as the relay needs it to start one. */
export type UnstartedInvocation = InvocationRef &
  Pick<NewInvocation, "action" | "actor" | "run" | "reason" | "digest" | "inputView" | "taskQueue">;

/** What the relay takes up: rows that a door could not hand to Temporal. */
export function createLeases(sql: Sql) {
  return {
    /** Leases rows that were accepted a while ago and that no run has decided, oldest first. */
    async leaseUnstarted(lease: {
      olderThanMs: number;
      leaseMs: number;
      limit: number;
    }): Promise<UnstartedInvocation[]> {
      const rows = await sql.query<InvocationRow>(
        `update invocation set leased_until = ms_now() + $2 * interval '1 millisecond'
         where (tenant, id) in (select tenant, id from invocation
           where status = 'accepted' and decided_at is null and created_at < ms_now() - $1 * interval '1 millisecond'
             and (leased_until is null or leased_until < ms_now())
           order by created_at limit $3 for update skip locked)
         returning *`,
        [lease.olderThanMs, lease.leaseMs, lease.limit],
      );
      return rows.map(
        ({ tenant, id, action, actor, run, reason, digest, input_view: inputView, task_queue: taskQueue }) => ({
          ...{ tenant, id, action, actor, digest, inputView, taskQueue },
          ...{ run: run ?? undefined, reason: reason ?? undefined },
        }),
      );
    },

    /** Open rows with a cancel that was asked for a while ago and that no run has carried out, oldest first. */
    async leaseCanceled(lease: { olderThanMs: number; leaseMs: number; limit: number }): Promise<InvocationRef[]> {
      return sql.query<{ tenant: string; id: InvocationId }>(
        `update invocation set leased_until = ms_now() + $2 * interval '1 millisecond'
         where (tenant, id) in (select tenant, id from invocation
           where cancel_at < ms_now() - $1 * interval '1 millisecond' and status in ('accepted', 'pending', 'executing')
             and (leased_until is null or leased_until < ms_now())
           order by cancel_at limit $3 for update skip locked)
         returning tenant, id`,
        [lease.olderThanMs, lease.leaseMs, lease.limit],
      );
    },
  };
}
