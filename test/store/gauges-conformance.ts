import { beforeEach, describe, expect, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { createStore } from "../../src/store/store.ts";

const TABLES =
  "delete from approval; delete from delivery; delete from webhook; delete from audit_event; delete from audit_head";

/** What operators watch, on any adapter. */
export function describeGauges(open: () => Db): void {
  describe("Gauges", () => {
    const db = (): Db => open();
    const read = () => createStore(db()).gauges.read();
    beforeEach(() => db().transaction((tx) => tx.runScript(TABLES)));

    /** An approval of this tenant, opened and to be decided so many seconds ago; a negative number lies ahead. */
    const approval = (tenant: string, { openedAgo, decideByAgo, status = "pending" }: Opened): Promise<object[]> =>
      db().query(
        `insert into approval (tenant, invocation, round, status, action, actor, requesters, approvers, asked, terms, progress, digest, opened_at, decide_by)
         values ($1, $2, 1, $3, 'a', 'ada', '{}', '{}', '{}', '{}', '{}', 'd',
           ms_now() - $4 * interval '1 second', ms_now() - $5 * interval '1 second')`,
        [tenant, `ivn_${openedAgo}`, status, openedAgo, decideByAgo],
      );

    /** A webhook that has looked at the events up to this one. */
    const webhook = (id: string, { cursor, disabled = false }: Hooked): Promise<object[]> =>
      db().query(
        `insert into webhook (tenant, id, url, nonce, cursor_seq, created_by, disabled_at)
         values ('t1', $1, 'https://example.org', 'n', $2, 'ada', case when $3 then ms_now() end)`,
        [id, cursor, disabled],
      );

    test("read() gives zeros for a database in which nothing waits", async () => {
      expect(await read()).toEqual({
        ...{ open_approvals: 0, overdue_approvals: 0, oldest_approval_ms: 0 },
        ...{ outbox_lag: 0, outbox_oldest_ms: 0, outbox_dead: 0 },
      });
    });

    test("read() counts pending approvals of all tenants, and which of them nobody has ended in time", async () => {
      await approval("t1", { openedAgo: 60, decideByAgo: -60 });
      await approval("t2", { openedAgo: 90, decideByAgo: 5 });
      await approval("t1", { openedAgo: 500, decideByAgo: 300, status: "approved" });
      const row = await read();
      expect(row).toMatchObject({ open_approvals: 2, overdue_approvals: 1 });
      expect(row.oldest_approval_ms).toBeGreaterThanOrEqual(90_000);
      expect(row.oldest_approval_ms).toBeLessThan(100_000);
    });

    test("read() counts the events that enabled webhooks have not looked at or not been sent", async () => {
      await appendEvents(db(), 5);
      await webhook("behind", { cursor: 2 });
      await webhook("current", { cursor: 5 });
      await webhook("disabled", { cursor: 0, disabled: true });
      const states = { due: 3, delivered: 1, dead: 2 };
      for (const [state, seq] of Object.entries(states)) {
        await db().query(
          `insert into delivery (tenant, webhook, seq, type, state, created_at) values ('t1', 'current', $2, 'x', $1, ms_now() - interval '40 seconds')`,
          [state, seq],
        );
      }
      const row = await read();
      expect(row).toMatchObject({ outbox_lag: 4, outbox_dead: 1 });
      expect(row.outbox_oldest_ms).toBeGreaterThanOrEqual(40_000);
      expect(row.outbox_oldest_ms).toBeLessThan(60_000);
    });

    test("read() measures the oldest event that nobody has looked at yet", async () => {
      await appendEvents(db(), 3);
      await webhook("behind", { cursor: 1 });
      await db().query("update audit_event set at = at - interval '70 seconds' where seq = 2");
      expect((await read()).outbox_oldest_ms).toBeGreaterThanOrEqual(70_000);
    });
  });
}

interface Opened {
  readonly openedAgo: number;
  readonly decideByAgo: number;
  readonly status?: string;
}

interface Hooked {
  readonly cursor: number;
  readonly disabled?: boolean;
}

async function appendEvents(db: Db, count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, n) => ({ type: "run.started" as const, data: { n } }));
  await createStore(db).transaction((tx) => tx.audit.append("t1", entries));
}
