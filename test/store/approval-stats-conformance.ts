import { beforeEach, describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/core/canonical.ts";
import { createApprovalTable } from "../../src/store/approvals.ts";
import type { Db } from "../../src/store/db.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { newApproval, OPENED_AT_MS, recordApproval, type RecordedApproval } from "../support/recorded-approvals.ts";

const SCOPE = { tenant: "default", action: undefined, afterMs: OPENED_AT_MS, beforeMs: OPENED_AT_MS + 60_000 };
const NONE = {
  questions: 0,
  pending: 0,
  approved: 0,
  rejected: 0,
  expired: 0,
  canceled: 0,
  superseded: 0,
  p50_ms: null,
  p90_ms: null,
};

/** What the report's counts must do, whatever database is underneath. */
export function describeApprovalStats(db: () => Db): void {
  describe("createApprovalStats()", () => {
    const stats = (scope: Partial<typeof SCOPE> | { action: string } = {}) =>
      createApprovalTable(db()).stats({ ...SCOPE, ...scope });
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate approval, invocation, input_revision")));

    test("stats() counts requests by rule, the most asked first, and the calls of the actions that were asked about", async () => {
      await ask(db(), "big", { action: "pay", status: "approved", resolvedAfterMs: 1_000 });
      await ask(db(), "big", { action: "pay", status: "rejected", resolvedAfterMs: 3_000 });
      await ask(db(), "big", { action: "refund", status: "expired", resolvedAfterMs: 9_000 });
      await ask(db(), "new", { action: "refund", status: "canceled", resolvedAfterMs: 1 });
      await ask(db(), undefined, { action: "mail" });
      await call(db(), "pay");
      await call(db(), "list");
      expect(await stats()).toEqual({
        total: {
          ...NONE,
          questions: 5,
          pending: 1,
          approved: 1,
          rejected: 1,
          expired: 1,
          canceled: 1,
          p50_ms: 2_000,
          p90_ms: 2_800,
          calls: 7,
        },
        rules: [
          {
            ...NONE,
            rule: "big",
            questions: 3,
            approved: 1,
            rejected: 1,
            expired: 1,
            p50_ms: 2_000,
            p90_ms: 2_800,
            calls: 5,
          },
          { ...NONE, rule: "new", questions: 1, canceled: 1, calls: 2 },
          { ...NONE, rule: undefined, questions: 1, pending: 1, calls: 1 },
        ],
      });
    });

    test("stats() keeps to tenant, action and time, its beginning included and its end not", async () => {
      await ask(db(), "big", { action: "pay" });
      await ask(db(), "big", { action: "refund" });
      await ask(db(), "big", { openedAtMs: OPENED_AT_MS - 1 });
      await ask(db(), "big", { openedAtMs: SCOPE.beforeMs });
      await ask(db(), "big", { tenant: "acme" });
      expect((await stats()).total).toMatchObject({ questions: 2, calls: 2 });
      expect((await stats({ action: "pay" })).total).toMatchObject({ questions: 1, calls: 1 });
      expect(await stats({ action: "none" })).toEqual({ total: { ...NONE, calls: 0 }, rules: [] });
    });

    test("stats() counts a request with several rounds once, and no call that nobody has decided", async () => {
      const ref = await ask(db(), "big", { status: "superseded" });
      await createApprovalTable(db()).open(newApproval(ref, { round: 2 }));
      await recordInvocation(db(), { createdAt: new Date(OPENED_AT_MS).toISOString(), verdict: null });
      expect((await stats()).total).toMatchObject({ questions: 1, pending: 1, calls: 1 });
      await ask(db(), "big", { status: "superseded" });
      expect((await stats()).total).toMatchObject({ questions: 2, pending: 1, canceled: 0, superseded: 1, calls: 2 });
    });

    test("stats() reads the rule that decided, whatever else the verdict says", async () => {
      const odd = 'a "quoted\\ rule" with ünïcode \u0000 🧾';
      await ask(db(), odd, { reason: '","rule":"forged" and \\', matched: "matched" });
      await ask(db(), undefined, { reason: '"reason":"x","rule":"forged"', matched: "matched" });
      const { rules } = await stats();
      expect(new Set(rules.map(({ rule }) => rule))).toEqual(new Set([odd, undefined]));
    });
  });
}

interface Asked extends RecordedApproval {
  readonly reason?: string;
  readonly matched?: string;
}

/** Puts a request on record that this rule asked for. */
async function ask(db: Db, rule: string | undefined, { reason = "As the rule says", matched, ...recorded }: Asked) {
  const ref = await recordApproval(db, recorded);
  const entry = { rule: matched, effect: "allow", priority: 0 };
  const verdict = {
    ...{ effect: "require_approval", reason, defaulted: rule === undefined, obligations: {}, policyVersion: "1" },
    ...{ matched: matched === undefined ? [] : [entry], shadow: matched === undefined ? [] : [entry] },
    ...(rule === undefined ? {} : { rule }),
  };
  await db.query("update invocation set verdict = $3 where tenant = $1 and id = $2", [
    ...[ref.tenant, ref.id],
    canonicalJson(verdict),
  ]);
  return ref;
}

/** Puts a call on record that was decided without asking anybody. */
async function call(db: Db, action: string): Promise<void> {
  const id = await recordInvocation(db, { action, createdAt: new Date(OPENED_AT_MS).toISOString() });
  await db.query("update invocation set decided_at = created_at where id = $1", [id]);
}
