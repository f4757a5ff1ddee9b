import type { Sql } from "./db.ts";
import { IS_NEWEST_ROUND } from "./newest-round.ts";

/** Whose requests are counted: those of one actor, or those put to one name among the approvers of any stage. */
export type RequestParty = { readonly requester: string } | { readonly approver: string };

/** Requests of a while, and when the oldest of them was opened, epoch milliseconds; absent when there was none. */
export interface RecentRequests {
  readonly count: number;
  readonly oldestAtMs: number | undefined;
}

/** Queries that count how much people are asked. A request counts once, whatever the number of its rounds. */
export function createApprovalGate(sql: Sql) {
  return {
    /** Waits until no other transaction counts requests of the tenant in order to open one; until this one ends, others wait. */
    async lockGate(tenant: string): Promise<void> {
      await sql.query("insert into approval_gate (tenant) values ($1) on conflict do nothing", [tenant]);
      await sql.query("select tenant from approval_gate where tenant = $1 for update", [tenant]);
    },

    /** Requests that wait at present. */
    async countOpen(tenant: string, party: RequestParty): Promise<number> {
      const [row] = await sql.query<{ readonly n: number }>(
        `select count(*) as n from approval where tenant = $1 and status = 'pending' and ${conditionOf(party)}`,
        [tenant, nameOf(party)],
      );
      return row?.n ?? 0;
    },

    /** Requests that were opened at this instant (epoch milliseconds) or later, the answered ones included. */
    async countSince(tenant: string, party: RequestParty, sinceMs: number): Promise<RecentRequests> {
      const [row] = await sql.query<{ readonly n: number; readonly oldest: number | null }>(
        `select count(*) as n, min(opened_at) as oldest from approval a
         where tenant = $1 and opened_at >= $3 and ${conditionOf(party)} and ${IS_NEWEST_ROUND}`,
        [tenant, nameOf(party), new Date(sinceMs)],
      );
      return { count: row?.n ?? 0, oldestAtMs: row?.oldest ?? undefined };
    },
  };
}

/** `requesters` also holds who only edited the input, and `approvers` only those of the open stage. */
function conditionOf(party: RequestParty): string {
  return "requester" in party ? "actor = $2" : "asked @> array[$2::text]";
}

function nameOf(party: RequestParty): string {
  return "requester" in party ? party.requester : party.approver;
}
