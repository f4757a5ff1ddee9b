import { beforeEach, describe, expect, test } from "vitest";
import type { RequestParty } from "../../src/store/approval-gate.ts";
import { createApprovalTable } from "../../src/store/approvals.ts";
import type { Db } from "../../src/store/db.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { newApproval, OPENED_AT_MS, recordApproval } from "../support/recorded-approvals.ts";

const ADA: RequestParty = { requester: "ada" };
const FINANCE: RequestParty = { approver: "group:finance" };
const MINUTE_MS = 60_000;

/** What counting requests must do, whatever database is underneath. */
export function describeApprovalGate(db: () => Db): void {
  describe("createApprovalGate()", () => {
    const approvals = () => createApprovalTable(db());
    beforeEach(() =>
      db().transaction((tx) => tx.runScript("truncate approval, invocation, input_revision, approval_gate")),
    );

    test("countOpen() counts what waits, of one requester or with one name among its approvers", async () => {
      await recordApproval(db(), { approvers: ["group:finance", "user:cfo"] });
      await recordApproval(db(), { approvers: ["group:finance-leads"] });
      await recordApproval(db(), { actor: { subject: "eve" }, approvers: ["group:finance"] });
      await recordApproval(db(), { status: "approved", approvers: ["group:finance"] });
      await recordApproval(db(), { tenant: "acme", approvers: ["group:finance"] });
      expect(await approvals().countOpen("default", ADA)).toBe(2);
      expect(await approvals().countOpen("default", FINANCE)).toBe(2);
      expect(await approvals().countOpen("acme", FINANCE)).toBe(1);
      expect(await approvals().countOpen("default", { requester: "nobody" })).toBe(0);
    });

    test("countSince() counts what was opened since, however it ended, and gives the oldest of it", async () => {
      await recordApproval(db(), { openedAtMs: OPENED_AT_MS - 1 });
      await recordApproval(db(), { openedAtMs: OPENED_AT_MS, status: "expired" });
      await recordApproval(db(), { openedAtMs: OPENED_AT_MS + MINUTE_MS });
      await recordApproval(db(), { openedAtMs: OPENED_AT_MS + 1, actor: { subject: "eve" } });
      const since = approvals().countSince("default", ADA, OPENED_AT_MS);
      expect(await since).toEqual({ count: 2, oldestAtMs: OPENED_AT_MS });
      const later = approvals().countSince("default", ADA, OPENED_AT_MS + 2 * MINUTE_MS);
      expect(await later).toEqual({ count: 0, oldestAtMs: undefined });
    });

    test("countOpen() and countSince() count a request for the names of all its stages, whichever is open", async () => {
      const ref = await recordApproval(db(), { approvers: ["group:finance"] });
      const stages = [{ approvers: ["group:board"] }, { approvers: ["group:finance", "when:true"] }];
      await approvals().open(newApproval(ref, { round: 2, terms: JSON.stringify({ stages }) }));
      await approvals().update({ ...ref, invocation: ref.id, round: 1 }, { status: "superseded" });
      await approvals().update({ ...ref, invocation: ref.id, round: 2 }, { approvers: ["group:board"] });
      for (const approver of ["group:board", "group:finance"]) {
        expect(await approvals().countOpen("default", { approver })).toBe(1);
        expect(await approvals().countSince("default", { approver }, OPENED_AT_MS)).toMatchObject({ count: 1 });
      }
      expect(await approvals().countOpen("default", { approver: "when:true" })).toBe(0);
    });

    test("countOpen() and countSince() count nothing against whoever only edited the input", async () => {
      await recordApproval(db(), { actor: { subject: "eve" }, requesters: ["eve", "ada"] });
      expect(await approvals().countOpen("default", ADA)).toBe(0);
      expect(await approvals().countSince("default", ADA, OPENED_AT_MS)).toMatchObject({ count: 0 });
    });

    test("countOpen() and countSince() count a request with several rounds once", async () => {
      const ref = await recordApproval(db(), { status: "superseded" });
      await approvals().open(newApproval(ref, { round: 2, openedAt: new Date(OPENED_AT_MS + 5) }));
      expect(await approvals().countOpen("default", ADA)).toBe(1);
      const since = await approvals().countSince("default", ADA, OPENED_AT_MS);
      expect(since).toEqual({ count: 1, oldestAtMs: OPENED_AT_MS + 5 });
      await recordApproval(db(), { status: "superseded", openedAtMs: OPENED_AT_MS + 9 });
      expect(await approvals().countSince("default", ADA, OPENED_AT_MS)).toMatchObject({ count: 2 });
    });

    test("lockGate() lets no two requests be counted at once, so that a limit holds however many are opened", async () => {
      const ids = await Promise.all(Array.from({ length: 24 }, () => recordInvocation(db(), {})));
      const opened = await Promise.all(
        ids.map((id) =>
          db().transaction(async (tx) => {
            const table = createApprovalTable(tx);
            await table.lockGate("default");
            if ((await table.countOpen("default", ADA)) >= 5) return false;
            await table.open(newApproval({ tenant: "default", id }));
            return true;
          }),
        ),
      );
      expect(opened.filter(Boolean)).toHaveLength(5);
      expect(await approvals().countOpen("default", ADA)).toBe(5);
    });
  });
}
