import { beforeEach, describe, expect, test } from "vitest";
import type { ApprovalFilter } from "../../src/contract/approval.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { type ApprovalScope, createApprovalTable } from "../../src/store/approvals.ts";
import type { Db } from "../../src/store/db.ts";
import { newApproval, OPENED_AT_MS, recordApproval, recordVote } from "../support/recorded-approvals.ts";

const EMPTY = "truncate approval, vote, invocation, input_revision, approval_gate";

/** What the approvals' table must do, whatever database is underneath. */
export function describeApprovals(db: () => Db): void {
  describe("createApprovalTable()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript(EMPTY)));
    describeApprovalWrites(db);
    describeApprovalReads(db);
    describeApprovalLists(db);
    describeLaterStages(db);
  });
}

function describeApprovalWrites(db: () => Db): void {
  const approvals = () => createApprovalTable(db());

  test("open() keeps the round with the invocation's actor, and leaves one of this number as it is", async () => {
    const ref = await recordApproval(db(), { actor: { subject: "eve" }, approvers: ["user:bob"] });
    const { terms } = newApproval(ref, { approvers: ["user:bob"] });
    await approvals().open(newApproval(ref, { progress: "other", approvers: ["user:mallory"] }));
    expect((await approvals().lock(ref))?.approval).toMatchObject({
      ...{ tenant: ref.tenant, invocation: ref.id, round: 1, status: "pending", actor: "eve", requesters: ["eve"] },
      ...{
        approvers: ["user:bob"],
        asked: ["user:bob"],
        asks_by_rule: false,
        terms,
        progress: "{}",
        because: null,
        digest: "d",
      },
      ...{ opened_at: OPENED_AT_MS, decide_by: OPENED_AT_MS + 3_600_000, execute_by: null, resolution: null },
    });
  });

  test("update() writes what changed, and finds out whether an approver is an expression", async () => {
    const ref = await recordApproval(db(), { approvers: ["role:a", "when:true"] });
    const place = { tenant: ref.tenant, invocation: ref.id, round: 1 };
    expect(await approvals().get(ref)).toMatchObject({ asks_by_rule: true });
    await approvals().update(place, { progress: '{"stage":1}', approvers: ["role:b"] });
    const changed = { progress: '{"stage":1}', approvers: ["role:b"], asks_by_rule: false, status: "pending" };
    expect(await approvals().get(ref)).toMatchObject(changed);
    await approvals().update(place, { status: "superseded" });
    expect(await approvals().get(ref)).toMatchObject({ ...changed, status: "superseded" });
  });

  test("lock() gives the newest round, and a time that was taken after whoever held it let go", async () => {
    const ref = await recordApproval(db());
    await openNextRound(db(), ref);
    let heldAtMs = Infinity;
    let waiter: Promise<{ readonly nowMs: number } | undefined> = Promise.resolve(undefined);
    await db().transaction(async (tx) => {
      const first = await createApprovalTable(tx).lock(ref);
      expect(first?.approval).toMatchObject({ round: 2, because: "The policy has changed" });
      waiter = db().transaction((other) => createApprovalTable(other).lock(ref));
      heldAtMs = (await createApprovalTable(tx).lock(ref))?.nowMs ?? Infinity;
    });
    expect((await waiter)?.nowMs).toBeGreaterThanOrEqual(heldAtMs);
    expect(await approvals().lock({ ...ref, tenant: "acme" })).toBeUndefined();
  });
}

function describeApprovalReads(db: () => Db): void {
  const approvals = () => createApprovalTable(db());

  test("get() gives the newest round with the votes of this round, oldest first", async () => {
    const ref = await recordApproval(db());
    await recordVote(db(), ref);
    await openNextRound(db(), ref);
    const late = await recordVote(db(), ref, { round: 2, made_at: OPENED_AT_MS + 2, stage: 1, voter: "cy" });
    const edit = '{"/note":"\\u0000 \\" 🧾"}';
    const early = await recordVote(db(), ref, { round: 2, edit, grant_terms: '{"uses":1}', made_at: OPENED_AT_MS + 1 });
    const row = await approvals().get(ref);
    expect(row).toMatchObject({ round: 2, action_version: "v1", input_view: "{}", invocation_status: "accepted" });
    expect(row?.votes).toEqual([
      {
        ...{ id: early, voter: "bob", decision: "approve", stage: 0, reason: null, made_at: OPENED_AT_MS + 1 },
        ...{ state: "received", code: null, edit, grant_terms: '{"uses":1}' },
      },
      expect.objectContaining({ id: late, stage: 1, edit: null, grant_terms: null }),
    ]);
    expect(await approvals().get({ ...ref, tenant: "acme" })).toBeUndefined();
  });

  test("findMany() gives the newest round of each", async () => {
    const [one, two] = [await recordApproval(db()), await recordApproval(db())];
    await openNextRound(db(), two);
    const found = await approvals().findMany("default", [one.id, two.id, "ivn_none"]);
    expect(new Map([...found].map(([id, { round }]) => [id, round]))).toEqual(
      new Map([
        [one.id, 1],
        [two.id, 2],
      ]),
    );
    expect(await approvals().findMany("default", [])).toEqual(new Map());
  });

  test("inputsOf() gives the real input of each round that is named", async () => {
    const ref = await recordApproval(db(), { input: { amount: 1 } });
    const inputs = await approvals().inputsOf("default", [{ invocation: ref.id, round: 1 }]);
    expect([...inputs]).toEqual([[ref.id, '{"amount":1}']]);
    expect(await approvals().inputsOf("default", [{ invocation: ref.id, round: 2 }])).toEqual(new Map());
    expect(await approvals().inputsOf("acme", [{ invocation: ref.id, round: 1 }])).toEqual(new Map());
    expect(await approvals().inputsOf("default", [])).toEqual(new Map());
  });
}

function describeApprovalLists(db: () => Db): void {
  const approvals = () => createApprovalTable(db());
  const list = async (scope: Partial<ApprovalScope> = {}, filter: ApprovalFilter = {}): Promise<string[]> => {
    const all = { tenant: "default", subject: undefined, voterNames: undefined, ...scope };
    return (await approvals().list({ ...all, filter }, { limit: 50 })).items.map(({ invocation }) => invocation);
  };

  test("list() gives each request once by its newest round, newest first, whatever the size of a page", async () => {
    const same = [];
    for (let count = 0; count < 4; count += 1) same.push((await recordApproval(db())).id);
    const newest = await recordApproval(db(), { openedAtMs: OPENED_AT_MS + 1 });
    const reopened = await recordApproval(db(), { openedAtMs: OPENED_AT_MS - 5_000 });
    await openNextRound(db(), reopened);
    await recordApproval(db(), { tenant: "acme" });
    const expected = [reopened.id, newest.id, ...same.toSorted().toReversed()];
    for (const limit of [1, 2, 3, 5, 6, 7]) {
      for (const filter of [{}, { status: "pending" as const }]) {
        expect(await walk(db(), filter, limit)).toEqual(expected);
      }
    }
    await expect(list({}, {})).resolves.toHaveLength(6);
  });

  test("list() keeps to status and action", async () => {
    const pending = await recordApproval(db());
    const approved = await recordApproval(db(), { status: "approved", action: "other" });
    expect(await list({}, { status: "pending" })).toEqual([pending.id]);
    expect(await list({}, { status: "approved" })).toEqual([approved.id]);
    expect(await list({}, { action: "other" })).toEqual([approved.id]);
    expect(await list({}, { status: "pending", action: "other" })).toEqual([]);
  });

  test("list() gives a request whose last round was superseded as such, and not with those that were called off", async () => {
    const reopened = await recordApproval(db());
    await openNextRound(db(), reopened);
    const ended = await recordApproval(db(), { status: "superseded" });
    const canceled = await recordApproval(db(), { status: "canceled", openedAtMs: OPENED_AT_MS - 1 });
    expect(await list()).toEqual([reopened.id, ended.id, canceled.id]);
    expect(await list({}, { status: "superseded" })).toEqual([ended.id]);
    expect(await list({}, { status: "canceled" })).toEqual([canceled.id]);
    expect(await list({}, { status: "expired" })).toEqual([]);
  });

  test("list() of a voter gives what a name of theirs, an expression or a request of their own stands for", async () => {
    const at = (offsetMs: number) => ({ openedAtMs: OPENED_AT_MS - offsetMs });
    const named = await recordApproval(db(), { approvers: ["group:x", "role:r"], ...at(0) });
    const ruled = await recordApproval(db(), { approvers: ["when:approver.roles.exists(r, r == 'a')"], ...at(1) });
    const own = await recordApproval(db(), { approvers: ["role:r"], actor: { subject: "bob" }, ...at(2) });
    const ownRuled = await recordApproval(db(), { approvers: ["when:true"], requesters: ["eve", "bob"], ...at(3) });
    await recordApproval(db(), { approvers: ["role:other"], ...at(4) });
    const bob = { subject: "bob", voterNames: ["user:bob", "role:r"] };
    expect(await list(bob)).toEqual([named.id, ruled.id, own.id, ownRuled.id]);
    expect(await list(bob, { eligible: "me" })).toEqual([named.id, ruled.id]);
    expect(await list(bob, { eligible: "me", status: "pending" })).toEqual([named.id, ruled.id]);
    expect(await list({ ...bob, tenant: "acme" })).toEqual([]);
  });
}

function describeLaterStages(db: () => Db): void {
  const scope = { tenant: "default", filter: {}, subject: "bob", voterNames: ["user:bob", 'role:"r" ✓'] };
  const record = async (terms: object, offsetMs: number): Promise<string> => {
    const { id } = await recordApproval(db(), { openedAtMs: OPENED_AT_MS - offsetMs });
    await db().query("update approval set terms = $2 where invocation = $1", [id, JSON.stringify(terms)]);
    return id;
  };
  const list = async (filter: ApprovalFilter): Promise<string[]> =>
    (await createApprovalTable(db()).list({ ...scope, filter }, { limit: 50 })).items.map((row) => row.invocation);

  test("list() of a voter gives what a later stage or an escalation may name, to vote on now only where it may be due", async () => {
    const later = await record({ stages: [{ approvers: ['role:"r" ✓'] }], note: "\u0000" }, 0);
    const escalating = await record({ stages: [{ escalate: [{ to: ["user:bob"] }] }] }, 1);
    const ruled = await record({ stages: [{ approvers: ["when:true"] }] }, 2);
    await record({ stages: [{ approvers: ["user:bobby", "role:r"] }] }, 3);
    expect(await list({})).toEqual([later, escalating, ruled]);
    expect(await list({ eligible: "me" })).toEqual([escalating]);
  });

  test("cursorAfter() leads to what comes behind a row", async () => {
    const ids = [await record({}, 0), await record({}, 1), await record({}, 2)];
    const table = createApprovalTable(db());
    const all = { ...scope, voterNames: undefined };
    const [first] = (await table.list(all, { limit: 3 })).items;
    const cursor = first === undefined ? undefined : table.cursorAfter(first);
    expect((await table.list(all, { limit: 3, cursor })).items.map((row) => row.invocation)).toEqual(ids.slice(1));
  });
}

async function openNextRound(db: Db, ref: InvocationRef): Promise<void> {
  const table = createApprovalTable(db);
  await table.update({ tenant: ref.tenant, invocation: ref.id, round: 1 }, { status: "superseded" });
  const openedAt = new Date(OPENED_AT_MS + 10_000);
  await table.open(newApproval(ref, { round: 2, because: "The policy has changed", openedAt }));
}

async function walk(db: Db, filter: ApprovalFilter, limit: number): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor: string | undefined; ;) {
    const scope = { tenant: "default", filter, subject: undefined, voterNames: undefined };
    const page = await createApprovalTable(db).list(scope, { limit, cursor });
    seen.push(...page.items.map(({ invocation }) => invocation));
    cursor = page.nextCursor;
    if (cursor === undefined) return seen;
  }
}
