import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { createAuditTable } from "../../src/store/audit.ts";
import type { Db } from "../../src/store/db.ts";
import { eraseContent } from "../../src/store/retention.ts";
import { createStore } from "../../src/store/store.ts";
import { recordApproval, recordGrant, recordVote } from "../support/recorded-approvals.ts";
import { truncateAll } from "../support/pglite.ts";

const DAY_MS = 86_400_000;
const SECRET = "IBAN DE02 1203";
const YEAR = { olderThanMs: 365 * DAY_MS };

/** A call that ended so many days ago, with content in every column that may hold any. */
async function recordClosed(
  db: Db,
  { tenant = "acme", status = "executed", daysAgo = 400 }: { tenant?: string; status?: string; daysAgo?: number } = {},
): Promise<InvocationRef> {
  const ref = await recordApproval(db, { tenant, input: { account: SECRET } });
  const of = [tenant, ref.id];
  await recordVote(db, ref, { reason: SECRET, edit: `{"/account":"${SECRET}"}`, grant_terms: "{}" });
  await db.query(
    `update invocation set status = $3, closed_at = case when $3 in ('pending') then null else ms_now() - $4 * interval '1 day' end,
       input_view = $5, output = $5, output_view = $5, reason = $5, session = $5, cancel_reason = $5, error = $6
     where tenant = $1 and id = $2`,
    [...of, status, daysAgo, JSON.stringify(SECRET), `{"code":"c","message":"${SECRET}","retryable":true}`],
  );
  await db.query(
    "update approval set status = 'approved', resolution = $3, because = $4 where tenant = $1 and invocation = $2",
    [...of, `{"by":["bob"],"reason":"${SECRET}","status":"approved"}`, SECRET],
  );
  await db.query(
    `insert into execution (tenant, invocation, attempt, round, token, mode, digest, state, error, worker)
     values ($1, $2, 1, 1, 't', 'idempotent', 'd', 'erred', $3, 'w')`,
    [...of, SECRET],
  );
  const told = { type: "invocation.requested" as const, invocation: ref.id, data: { input: SECRET } };
  await createStore(db).transaction((tx) => tx.audit.append(tenant, [told, { ...told, type: "invocation.closed" }]));
  return ref;
}

/** All that the database holds, as text. */
async function dump(db: Db): Promise<string> {
  const tables = ["invocation", "input_revision", "approval", "vote", "approval_grant", "execution", "audit_event"];
  const rows = await Promise.all(tables.map((table) => db.query(`select * from ${table}`)));
  return JSON.stringify(rows);
}

async function readRow(db: Db, { tenant, id }: InvocationRef) {
  return createStore(db).invocations.get({ tenant, id });
}

/** What erasing must do, whatever database is underneath. */
export function describeRetention(db: () => Db): void {
  describe("eraseContent()", () => {
    beforeEach(() => truncateAll(db()));
    describeErased(db);
    describeKept(db);
    describeLeftovers(db);
  });
}

function describeErased(db: () => Db): void {
  test("eraseContent() leaves no word of a call that ended long ago, and what proves that it was", async () => {
    const ref = await recordClosed(db());
    const before = await readRow(db(), ref);
    expect(await dump(db())).toContain(SECRET);
    const report = await eraseContent(db(), YEAR);
    expect(report).toMatchObject({ isDryRun: false, invocations: 1, events: 2 });
    expect(await dump(db())).not.toContain(SECRET);
    const { status, digest, request_hash: hash, action, actor, closed_at: closedAt } = before ?? {};
    expect(await readRow(db(), ref)).toMatchObject({
      ...{ status, digest, request_hash: hash, action, actor, closed_at: closedAt },
      ...{ input_view: "null", output: null, output_view: null, reason: null, session: null },
      error: '{"code":"c","message":"The message was erased","retryable":true}',
      erased_at: expect.any(Number) as number,
    });
  });

  test("eraseContent() records each erasure, and the chain still leads through", async () => {
    const ref = await recordClosed(db());
    await eraseContent(db(), YEAR);
    const row = await readRow(db(), ref);
    const audit = createAuditTable(db());
    const events = await audit.listOfInvocation(ref.tenant, ref.id);
    expect(events.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: "invocation.requested", data: {} },
      { type: "invocation.closed", data: {} },
      {
        type: "invocation.erased",
        data: { digest: row?.digest, count: 2, events: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      },
    ]);
    expect(events.map(({ erasedAt }) => erasedAt !== undefined)).toEqual([true, true, false]);
    expect(await audit.verify(ref.tenant)).toEqual({ ok: true, count: 3, erased: 2 });
  });

  test.each([
    ["who did it", "principal = 'mallory'"],
    ["when", "at = at - interval '30 days'"],
    ["what happened", "type = 'approval.vote_refused'"],
    ["for whom", "actor = 'mallory'"],
    ["which action", "action = 'other.action'"],
    ["its hash", "hash = repeat('0', 64)"],
  ])("eraseContent() leaves it provable when somebody changes %s in an emptied event", async (_, change) => {
    const { tenant } = await recordClosed(db());
    await eraseContent(db(), YEAR);
    const audit = createAuditTable(db());
    expect(await audit.verify(tenant)).toMatchObject({ ok: true, erased: 2 });
    await db().query(`update audit_event set ${change} where seq = 2`);
    expect(await audit.verify(tenant)).toMatchObject({ ok: false });
  });

  test("eraseContent() says who resolved an approval and when, and no more why", async () => {
    const ref = await recordClosed(db());
    await eraseContent(db(), YEAR);
    const approval = await createStore(db()).approvals.get(ref);
    expect(approval).toMatchObject({ resolution: '{"by":["bob"],"status":"approved"}', because: null });
  });

  test("eraseContent() takes more calls than one batch holds, each once, callers at the same time included", async () => {
    for (let n = 0; n < 130; n += 1) await recordClosed(db());
    const reports = await Promise.all([1, 2].map(() => eraseContent(db(), YEAR)));
    const again = await eraseContent(db(), YEAR);
    expect([...reports, again].reduce((sum, { invocations }) => sum + invocations, 0)).toBe(130);
    expect(await createAuditTable(db()).verify("acme")).toEqual({ ok: true, count: 390, erased: 260 });
    expect(await dump(db())).not.toContain(SECRET);
  });
}

function describeKept(db: () => Db): void {
  test.each(["accepted", "pending", "executing", "uncertain"])("eraseContent() keeps what is %s", async (status) => {
    const ref = await recordClosed(db(), { status });
    expect(await eraseContent(db(), YEAR)).toMatchObject({ invocations: 0, events: 0 });
    expect((await readRow(db(), ref))?.erased_at).toBeNull();
  });

  test("eraseContent() keeps what ended more lately, and other tenants' calls where one is named", async () => {
    const late = await recordClosed(db(), { daysAgo: 364 });
    const other = await recordClosed(db(), { tenant: "globex" });
    const own = await recordClosed(db());
    expect((await eraseContent(db(), { ...YEAR, tenant: "acme" })).invocations).toBe(1);
    const erased = await Promise.all([late, other, own].map(async (ref) => (await readRow(db(), ref))?.erased_at));
    expect(erased).toEqual([null, null, expect.any(Number)]);
  });

  test("eraseContent() keeps what an open call undoes until that one has ended", async () => {
    const undone = await recordClosed(db());
    const undoing = await recordClosed(db(), { status: "executing" });
    const link = "update invocation set compensates = $3 where tenant = $1 and id = $2";
    await db().query(link, [undoing.tenant, undoing.id, undone.id]);
    expect((await eraseContent(db(), YEAR)).invocations).toBe(0);
    await db().query("update invocation set status = 'executed' where id = $1", [undoing.id]);
    expect((await eraseContent(db(), YEAR)).invocations).toBe(2);
  });

  test("eraseContent() keeps what a grant in force stands on, and erases its bounds with it later", async () => {
    const ref = await recordClosed(db());
    const grant = await recordGrant(db(), ref, { bounds: `{"/account":"${SECRET}"}` });
    expect((await eraseContent(db(), YEAR)).invocations).toBe(0);
    await createStore(db()).grants.revoke(ref.tenant, grant, "bob");
    expect((await eraseContent(db(), YEAR)).invocations).toBe(1);
    expect(await dump(db())).not.toContain(SECRET);
  });

  test("eraseContent() on trial counts and changes nothing", async () => {
    await recordClosed(db());
    const before = await dump(db());
    const report = await eraseContent(db(), { ...YEAR, isDryRun: true });
    expect(report).toMatchObject({ isDryRun: true, invocations: 1, events: null });
    expect(await dump(db())).toBe(before);
  });
}

function describeLeftovers(db: () => Db): void {
  const none = { budgets: 0, budgetEntries: 0, sessions: 0, workers: 0, deliveries: 0 };
  const old = "ms_now() - interval '400 days'";

  test("eraseContent() deletes stopped workers, closed sessions and ended deliveries, and keeps the others", async () => {
    await db().transaction((tx) =>
      tx.runScript(`
        insert into worker (identity, task_queue, stopped_at) values ('old', 'q', ${old}), ('late', 'q', ms_now()), ('on', 'q', null);
        insert into fact_session (tenant, actor, id, scope, created_at, expires_at, closed_at)
          values ('acme', 'a', 's1', 'd', ${old}, ${old}, ${old}), ('acme', 'a', 's2', 'd', ${old}, ms_now(), null);
        insert into webhook (tenant, id, url, nonce, cursor_seq, created_by) values ('acme', 'w', 'https://x', 'n', 0, 'a');
        insert into delivery (tenant, webhook, seq, type, state, finished_at)
          values ('acme', 'w', 1, 't', 'delivered', ${old}), ('acme', 'w', 2, 't', 'dead', ${old}), ('acme', 'w', 3, 't', 'due', null)`),
    );
    const expected = { ...none, sessions: 1, workers: 1, deliveries: 2 };
    expect((await eraseContent(db(), { ...YEAR, isDryRun: true })).deleted).toEqual(expected);
    expect((await eraseContent(db(), YEAR)).deleted).toEqual(expected);
    expect((await eraseContent(db(), YEAR)).deleted).toEqual(none);
    expect(await db().query("select identity from worker order by 1")).toEqual([
      { identity: "late" },
      { identity: "on" },
    ]);
  });

  test("eraseContent() deletes accounts of past days and months in which nothing is reserved, and none without an end", async () => {
    const account = (key: string, period: string) =>
      `('acme', '${key}', 'b', 'usd', 'actor', ${period}, '{}', 5, 0, ${old})`;
    const day = (ago: string) => `to_char(ms_now() - interval '${ago}', 'YYYY-MM-DD')`;
    await db().transaction((tx) =>
      tx.runScript(`
        insert into budget (tenant, key, name, unit, scope, period, label, used, reserved, changed_at) values
          ${account("day", day("400 days"))}, ${account("month", "to_char(ms_now() - interval '400 days', 'YYYY-MM')")},
          ${account("held", day("400 days"))}, ${account("today", day("0 days"))}, ${account("ever", "''")};
        insert into budget_entry (tenant, reservation, key, position, amount, state, expires_at, closed_at) values
          ('acme', 'r1', 'held', 0, 1, 'reserved', ${old}, null), ('acme', 'r2', 'day', 0, 1, 'settled', ${old}, ${old})`),
    );
    const { deleted } = await eraseContent(db(), { olderThanMs: 3_600_000 * 24 * 62 });
    expect(deleted).toEqual({ ...none, budgets: 2, budgetEntries: 1 });
    const left = await db().query("select key from budget order by key");
    expect(left).toEqual([{ key: "ever" }, { key: "held" }, { key: "today" }]);
  });
}
