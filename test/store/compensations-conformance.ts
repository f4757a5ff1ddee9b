import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationId, InvocationRef } from "../../src/contract/ids.ts";
import type { InvocationStatus } from "../../src/contract/invocation.ts";
import { inputDigest } from "../../src/core/digest.ts";
import { createAuditTable } from "../../src/store/audit.ts";
import { createCipher, PLAIN } from "../../src/store/cipher.ts";
import { createCompensationTable } from "../../src/store/compensations.ts";
import type { Db } from "../../src/store/db.ts";
import { isUniqueViolation } from "../../src/store/errors.ts";
import { createInvocationTable } from "../../src/store/invocations.ts";
import { createManifestTable } from "../../src/store/manifests.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { manifestOf } from "../support/manifests.ts";

const RUN = { tenant: "default", actor: "ada", id: "r" };
const refOf = (id: InvocationId): InvocationRef => ({ tenant: "default", id });

/** What the queries about undoing must do, whatever database is underneath. */
export function describeCompensations(db: () => Db): void {
  describe("createCompensationTable()", () => {
    const table = () => createCompensationTable(db(), PLAIN);
    let minute = 0;
    beforeEach(async () => {
      minute = 0;
      await db().transaction((tx) =>
        tx.runScript("truncate run, invocation, input_revision, action_manifest, audit_event, audit_head"),
      );
      await createManifestTable(db()).publish([manifestOf({ name: "test.echo.compensate", compensates: "test.echo" })]);
    });

    /** A call that ended so, each a minute after the one before; `undoes` makes it one that undoes another. */
    async function record(
      status: InvocationStatus,
      change: { undoes?: InvocationId; action?: string; run?: string } = {},
    ) {
      const { undoes, run = "r", action = undoes === undefined ? "test.echo" : "test.echo.compensate" } = change;
      minute += 1;
      const at = new Date(Date.UTC(2026, 0, 1, 0, minute));
      const id = await recordInvocation(db(), { run, action, createdAt: at.toISOString(), input: { minute } });
      const isClosed = !["accepted", "pending", "executing"].includes(status);
      const ends = isClosed ? { closed_at: at, ...(status === "executed" ? { executed_at: at } : {}) } : {};
      await createInvocationTable(db()).update(refOf(id), { status, ...ends });
      const identity = { invocation: id, tenant: "default", actor: "ada", action, actionVersion: "v1" };
      const digest = inputDigest({ ...identity, round: 1, salt: "s", input: { minute } });
      const undo = "update invocation set compensates = $2, digest = $3 where id = $1";
      await db().query(undo, [id, undoes ?? null, digest]);
      return id;
    }

    test("findNext() gives the call that was executed last, and passes what is undone", async () => {
      const [first, second] = [await record("executed"), await record("executed")];
      await record("failed");
      await record("executed", { run: "another" });
      expect(await table().findNext(RUN)).toMatchObject({
        id: second,
        undo_action: "test.echo.compensate",
        undo_id: null,
      });
      await record("executed", { undoes: second });
      expect(await table().findNext(RUN)).toMatchObject({ id: first });
      await record("executed", { undoes: first });
      expect(await table().findNext(RUN)).toBeUndefined();
      expect(await table().findNext({ ...RUN, actor: "bob" })).toBeUndefined();
      expect(await table().findNext({ ...RUN, tenant: "acme" })).toBeUndefined();
    });

    test("findNext() tells of the newest try, and of one that stands before any that doesn't", async () => {
      const id = await record("executed");
      await record("failed", { undoes: id });
      const denied = await record("denied", { undoes: id });
      expect(await table().findNext(RUN)).toMatchObject({ id, undo_id: denied, undo_status: "denied" });
      const open = await record("pending", { undoes: id });
      await record("rejected", { undoes: id });
      expect(await table().findNext(RUN)).toMatchObject({
        undo_id: open,
        undo_status: "pending",
        undo_closed_seq: null,
      });
    });

    test("findNext() goes by the manifest in force, and by what it says that it undoes", async () => {
      const id = await record("executed");
      const manifests = createManifestTable(db());
      await manifests.publish([manifestOf({ name: "test.echo.compensate", version: "v2" })]);
      expect(await table().findNext(RUN)).toBeUndefined();
      await manifests.publish([manifestOf({ name: "test.echo.compensate", version: "v3", compensates: "test.echo" })]);
      expect(await table().findNext(RUN)).toMatchObject({ id });
    });

    test("survey() lists the steps, counts what is left and tells why the rest stays", async () => {
      const [erased, plain, unsure] = [
        await record("executed"),
        await record("executed", { action: "test.plain" }),
        await record("uncertain"),
      ];
      await db().query("update invocation set erased_at = ms_now() where id = $1", [erased]);
      const [first, second] = [await record("executed"), await record("executed")];
      const steps = [await record("failed", { undoes: second }), await record("executed", { undoes: second })];
      const survey = await table().survey(RUN, 100);
      expect(survey.steps.map(({ id, compensates }) => [id, compensates])).toEqual(steps.map((id) => [id, second]));
      expect(survey).toMatchObject({
        left: 1,
        skipped: [
          { id: unsure, action: "test.echo", why: "uncertain" },
          { id: plain, action: "test.plain", why: "not_compensable" },
          { id: erased, action: "test.echo", why: "erased" },
        ],
      });
      expect(await table().findNext(RUN)).toMatchObject({ id: first });
    });

    test("readCompensated() gives the call that another undoes, as it really was, whatever key sealed it", async () => {
      const cipher = createCipher([{ id: "k", bytes: Buffer.alloc(32, 7) }]);
      const id = await record("executed");
      const undo = await record("accepted", { undoes: id });
      await createInvocationTable(db(), cipher).update(refOf(id), { output: '{"real":true}' });
      const read = () => createCompensationTable(db(), cipher).readCompensated(refOf(undo));
      expect(await read()).toEqual({
        ...{ id, action: "test.echo", actor: "ada", status: "executed", isErased: false, isUntouched: true },
        ...{ input: '{"minute":1}', output: '{"real":true}' },
      });
      await expect(table().readCompensated(refOf(undo))).rejects.toMatchObject({ code: "unavailable" });
      expect(await table().readCompensated(refOf(id))).toBeUndefined();
      await db().query("update invocation set erased_at = ms_now() where id = $1", [id]);
      expect(await read()).toMatchObject({ isErased: true, input: "null", output: null });
    });

    test("readCompensated() gives no input that was changed since it ran", async () => {
      const id = await record("executed");
      const undo = await record("accepted", { undoes: id });
      await db().query(`update input_revision set input = '{"account":"mallory"}' where invocation = $1`, [id]);
      const read = await table().readCompensated(refOf(undo));
      expect(read).toMatchObject({ id, isUntouched: false, input: "null", output: null });
    });

    test("hasOpen() tells of calls that were made before the request and have no end, and survey() lists them", async () => {
      await record("executed");
      const open = await record("pending");
      await record("pending", { run: "another" });
      const audit = createAuditTable(db());
      await db().transaction((tx) =>
        createAuditTable(tx).append("default", [{ type: "invocation.requested", invocation: open, data: {} }]),
      );
      const [{ seq } = { seq: 0 }] = await audit.listOfInvocation("default", open);
      expect(await table().newestSeq("default")).toBe(seq);
      expect([await table().hasOpen(RUN, seq), await table().hasOpen(RUN, seq + 1)]).toEqual([false, true]);
      expect((await table().survey(RUN, seq)).skipped).toEqual([]);
      expect((await table().survey(RUN, seq + 1)).skipped).toEqual([{ id: open, action: "test.echo", why: "open" }]);
      await createInvocationTable(db()).update(refOf(open), { status: "denied" });
      expect(await table().hasOpen(RUN, seq + 1)).toBe(false);
    });

    test("findNext() tells the place in the record at which a step ended", async () => {
      const id = await record("executed");
      const step = await record("failed", { undoes: id });
      await db().transaction((tx) =>
        createAuditTable(tx).append("default", [
          { type: "invocation.closed", invocation: step, data: {} },
          { type: "invocation.retried", invocation: step, data: {} },
        ]),
      );
      const [closed] = await createAuditTable(db()).listOfInvocation("default", step);
      expect(await table().findNext(RUN)).toMatchObject({ undo_id: step, undo_closed_seq: closed?.seq });
    });

    test("the database takes no second call that undoes the same while one stands", async () => {
      const id = await record("executed");
      await record("uncertain", { undoes: id });
      const second = record("accepted", { undoes: id });
      expect(await second.then(() => false, isUniqueViolation)).toBe(true);
    });
  });
}
