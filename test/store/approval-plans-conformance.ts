import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { RequestParty } from "../../src/store/approval-gate.ts";
import { type ApprovalScope, createApprovalTable } from "../../src/store/approvals.ts";
import type { Db, Param, Sql } from "../../src/store/db.ts";
import { createGrantTable } from "../../src/store/grants.ts";
import { writeCursor } from "../../src/store/paging.ts";
import { createPrincipalTable } from "../../src/store/principals.ts";

const EMPTY = "truncate approval, approval_grant, principal cascade";

/** 20,000 approvals of which one in twenty waits, 5,000 grants of which one in fifty is open, 5,000 people in 50 roles. */
const FILL = `
  insert into approval (tenant, invocation, round, status, action, actor, requesters, approvers, terms, progress, digest, opened_at, decide_by)
  select 'default', 'ivn_' || n, 1, case when n % 20 = 0 then 'pending' else 'approved' end, 'act.' || n % 10, 'actor' || n % 300,
    array['actor' || n % 300], array['role:r' || n % 50], '{}', '{}', 'd', ms_now() - n * interval '1 second', ms_now()
  from generate_series(1, 20000) n;
  insert into approval_grant (tenant, id, vote, invocation, round, stage, issuer, action, action_version, policy_version, actor, scope,
    bounds, uses, used, issued_at, expires_at, mac)
  select 'default', 'grt_' || n, 'vote_' || n, 'ivn_' || n, 1, 0, 'bob', 'act.' || n % 10, 'v1', '1', 'actor' || n % 300, 'actor',
    '{}', 1, case when n % 50 = 0 then 0 else 1 end, ms_now(), ms_now() + interval '1 hour', 'm'
  from generate_series(1, 5000) n;
  insert into principal (tenant, subject, kind, roles)
  select 'default', 'person' || n, 'user', array['r' || n % 50] from generate_series(1, 5000) n;
  analyze approval; analyze approval_grant; analyze principal`;

const CALL = { action: "act.1", actor: "actor1", run: null, actionVersion: "v1", policyVersion: "1" };
const ALL: ApprovalScope = { tenant: "default", filter: {}, subject: undefined, voterNames: undefined };

/** By which index the queries of approvals find their rows among many, whatever database is underneath. */
export function describeApprovalPlans(db: () => Db): void {
  describe("plans for any parameters", () => {
    beforeAll(() => db().transaction((tx) => tx.runScript(`${EMPTY}; ${FILL}`)));
    afterAll(() => db().transaction((tx) => tx.runScript(EMPTY)));
    const page = { limit: 50 };
    const waiting: ApprovalScope = { ...ALL, filter: { status: "pending" } };

    test("list() of what waits reads the newest of what waits, in the order of its index", async () => {
      const plan = await planOf(db(), (sql) => createApprovalTable(sql).list(waiting, page));
      expect(plan).toMatch(/Index Scan using approval_pending on approval/);
      const cursor = writeCursor({ atMs: Date.now(), id: "ivn_1" });
      const next = await planOf(db(), (sql) => createApprovalTable(sql).list(waiting, { ...page, cursor }));
      expect(next).toMatch(/Index Scan using approval_pending on approval[^\n]*\n\s*Index Cond:[^\n]*ROW\(opened_at/);
    });

    test("list() of what a voter may vote on looks at nothing but what waits", async () => {
      const mine = { ...waiting, filter: { status: "pending", eligible: "me" }, voterNames: ["role:r7"] } as const;
      expect(await planOf(db(), (sql) => createApprovalTable(sql).list(mine, page))).toContain("approval_pending");
    });

    test("list() of everything reads the newest, in the order of its index", async () => {
      const plan = await planOf(db(), (sql) => createApprovalTable(sql).list(ALL, page));
      expect(plan).toMatch(/Index Scan using approval_newest on approval/);
    });

    test("previous() reads one entry of the actor's index", async () => {
      const ref = { tenant: "default", id: "ivn_40" as InvocationId };
      const plan = await planOf(db(), (sql) => createApprovalTable(sql).previous(ref));
      expect(plan).toMatch(/Index Scan using approval_of_actor on approval/);
    });

    test("countOpen() looks at nothing but what waits", async () => {
      const planFor = (party: RequestParty) =>
        planOf(db(), (sql) => createApprovalTable(sql).countOpen("default", party));
      expect(await planFor({ requester: "actor1" })).toContain("approval_pending_of_actor");
      expect(await planFor({ approver: "role:r7" })).toContain("approval_pending");
    });

    test("lockUsable() looks at nothing but grants with a use left", async () => {
      const plan = await planOf(db(), (sql) => createGrantTable(sql).lockUsable("default", CALL, 50));
      expect(plan).toContain("approval_grant_open");
    });

    test("search() finds people by the indexes of roles, groups and subjects", async () => {
      const plan = await planOf(db(), (sql) => createPrincipalTable(sql).search("default", ["role:r7"], 50));
      expect(plan).toContain("principal_by_role");
      expect(plan).toContain("principal_by_group");
    });
  });
}

/** The plan that serves a query whatever its parameters are, as both databases come to use it. */
async function planOf(db: Db, run: (sql: Sql) => Promise<unknown>): Promise<string> {
  let statement: { readonly text: string; readonly params: readonly Param[] } | undefined;
  await run({
    query: (text, params = []) => {
      statement ??= { text, params };
      return db.query(text, params);
    },
  });
  const { text = "", params = [] } = statement ?? {};
  return db.transaction(async (tx) => {
    await tx.runScript("set local plan_cache_mode = force_generic_plan");
    await tx.query(`prepare asked as ${text}`);
    const rows = await tx.query<{ readonly "QUERY PLAN": string }>(
      `explain (costs off) execute asked (${params.map(literalOf).join(", ")})`,
    );
    await tx.query("deallocate asked");
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
}

function literalOf(param: Param): string {
  if (param === null) return "null";
  if (typeof param === "number" || typeof param === "boolean") return String(param);
  if (param instanceof Date) return `'${param.toISOString()}'`;
  if (typeof param === "string") return `'${param}'`;
  return `'{${param.join(",")}}'`;
}
