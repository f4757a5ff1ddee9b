import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/core/canonical.ts";
import { type AuditEntry, createAuditTable } from "../../src/store/audit.ts";
import type { Db } from "../../src/store/db.ts";
import { createStore } from "../../src/store/store.ts";

const TENANT = "acme";

const REQUESTED: AuditEntry = {
  type: "invocation.requested",
  principal: "agent-7",
  actor: "agent-7",
  invocation: "ivn_1",
  action: "billing.issue_refund",
  idempotencyKey: "key-1",
  data: { z: 1, a: { nested: ["é", "\u0000", null] }, left: undefined },
};
const VOTED: AuditEntry = {
  type: "approval.vote_recorded",
  principal: "ann",
  invocation: "ivn_1",
  data: { decision: "approve" },
};
const PUBLISHED: AuditEntry = { type: "policy.published", principal: "root", data: {} };

/** What the audit table must do, whatever database is underneath. */
export function describeAudit(db: () => Db): void {
  describe("createAuditTable()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate audit_event, audit_head")));

    const table = () => createAuditTable(db());
    const append = (tenant: string, ...entries: AuditEntry[]) =>
      createStore(db()).transaction((tx) => tx.audit.append(tenant, entries));

    test("append() chains events so that a stranger can recompute every hash from the list", async () => {
      await append(TENANT, REQUESTED, VOTED);
      await append(TENANT, PUBLISHED);
      const { items } = await table().list(TENANT, {}, { limit: 10 });
      let prevHash = "0".repeat(64);
      for (const { hash, prevHash: claimed, ...content } of items.toReversed()) {
        expect(claimed).toBe(prevHash);
        expect(hash).toBe(
          createHash("sha256")
            .update(prevHash + canonicalJson(content))
            .digest("hex"),
        );
        prevHash = hash;
      }
      expect(items.map((event) => event.seq)).toEqual([3, 2, 1]);
      expect(items[0]).not.toHaveProperty("actor");
      expect(items[2]?.data).toEqual({ a: { nested: ["é", "\u0000", null] }, z: 1 });
      expect(items[2]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    });

    test("append() undone with its transaction leaves no gap", async () => {
      await append(TENANT, PUBLISHED);
      const undone = createStore(db()).transaction(async (tx) => {
        await tx.audit.append(TENANT, [PUBLISHED]);
        throw new Error("no");
      });
      await expect(undone).rejects.toThrow("no");
      await append(TENANT, PUBLISHED);
      expect(await table().verify(TENANT)).toEqual({ ok: true, count: 2 });
    });

    test("append() from many transactions at once makes one chain per tenant", async () => {
      const tenants = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? "globex" : TENANT));
      await Promise.all(tenants.map((tenant) => append(tenant, REQUESTED, VOTED)));
      expect(await table().verify(TENANT)).toEqual({ ok: true, count: 40 });
      expect(await table().verify("globex")).toEqual({ ok: true, count: 20 });
    });

    test("append() twice in one transaction continues the chain", async () => {
      await createStore(db()).transaction(async (tx) => {
        await tx.audit.append(TENANT, [REQUESTED]);
        await tx.audit.append(TENANT, []);
        await tx.audit.append(TENANT, [VOTED]);
      });
      expect(await table().verify(TENANT)).toEqual({ ok: true, count: 2 });
    });

    test.each([
      ["a changed document", "update audit_event set data = '{}' where seq = 2", 2],
      ["a document that is no JSON", "update audit_event set data = '{' where seq = 2", 2],
      ["a changed name", "update audit_event set principal = 'bob' where seq = 2", 2],
      ["a changed time", "update audit_event set at = at + interval '1 ms' where seq = 3", 3],
      ["a missing event", "delete from audit_event where seq = 2", 2],
      ["a cut-off end", "delete from audit_event where seq = 4", 4],
      ["a cut-off beginning", "delete from audit_event where seq = 1", 1],
      [
        "an added event",
        "insert into audit_event select tenant, 5, type, at, principal, actor, invocation, action, idempotency_key, data, hash, hash from audit_event where seq = 4",
        5,
      ],
      ["a missing head", "delete from audit_head", 1],
      ["a changed head", "update audit_head set hash = 'f'", 4],
    ])("verify() finds %s", async (_, tampering, seq) => {
      await append(TENANT, REQUESTED, VOTED, PUBLISHED, PUBLISHED);
      expect(await table().verify(TENANT)).toEqual({ ok: true, count: 4 });
      await db().query(tampering);
      expect(await table().verify(TENANT)).toEqual({ ok: false, seq });
    });

    test.each([
      ["no event tells of", "", 1],
      ["more were emptied than told of", `{"count":1,"digest":"d"}`, 1],
      ["that say something all the same", `{"count":2,"digest":"d"}`, 2],
    ])("verify() finds emptied events that %s", async (_, told, seq) => {
      const erased: AuditEntry = { type: "invocation.erased", invocation: "ivn_1", data: JSON.parse(told || "{}") };
      await append(TENANT, REQUESTED, VOTED, told === "" ? PUBLISHED : erased);
      const data = seq === 2 ? `case seq when 2 then '{"a":1}' else '{}' end` : "'{}'";
      await db().query(`update audit_event set data = ${data}, erased_at = ms_now() where seq <= 2`);
      expect(await table().verify(TENANT)).toEqual({ ok: false, seq });
    });

    test("verify() of a tenant without events is whole", async () => {
      expect(await table().verify("nobody")).toEqual({ ok: true, count: 0 });
    });

    test("list() pages newest first and never shows another tenant's events", async () => {
      await append(TENANT, REQUESTED, VOTED, PUBLISHED);
      await append("globex", PUBLISHED);
      const first = await table().list(TENANT, {}, { limit: 2 });
      expect(first.items.map((event) => event.seq)).toEqual([3, 2]);
      const last = await table().list(TENANT, {}, { limit: 2, cursor: first.nextCursor });
      expect(last.items.map((event) => event.seq)).toEqual([1]);
      expect(last.nextCursor).toBeUndefined();
    });

    test.each(["!", "MTIzNDU2Nzg5MDEyMzQ1Njc4", Buffer.from("1; drop").toString("base64url"), ""])(
      "list() refuses the cursor %j",
      async (cursor) => {
        await expect(table().list(TENANT, {}, { limit: 2, cursor })).rejects.toMatchObject({ code: "invalid_query" });
      },
    );

    test("list() filters by everything that a filter names", async () => {
      await append(TENANT, REQUESTED, VOTED, PUBLISHED);
      const future = "2999-01-01T00:00:00+02:00";
      const seqs = async (filter: Parameters<ReturnType<typeof table>["list"]>[1]) =>
        (await table().list(TENANT, filter, { limit: 9 })).items.map((event) => event.seq);
      expect(await seqs({ action: "billing.issue_refund" })).toEqual([1]);
      expect(await seqs({ actor: "agent-7" })).toEqual([1]);
      expect(await seqs({ invocation: "ivn_1" })).toEqual([2, 1]);
      expect(await seqs({ type: "policy.published" })).toEqual([3]);
      expect(await seqs({ idempotencyKey: "key-1" })).toEqual([1]);
      expect(await seqs({ approver: "ann" })).toEqual([2]);
      expect(await seqs({ approver: "root" })).toEqual([]);
      expect(await seqs({ before: future })).toEqual([3, 2, 1]);
      expect(await seqs({ after: future })).toEqual([]);
    });

    test("listOfInvocation() gives one invocation's events, oldest first", async () => {
      await append(TENANT, REQUESTED, PUBLISHED, VOTED);
      const events = await table().listOfInvocation(TENANT, "ivn_1");
      expect(events.map((event) => event.type)).toEqual(["invocation.requested", "approval.vote_recorded"]);
      expect(await table().listOfInvocation("globex", "ivn_1")).toEqual([]);
    });
  });
}
