import { beforeEach, describe, expect, test } from "vitest";
import type { GrantId, InvocationId, InvocationRef } from "../../src/contract/ids.ts";
import type { Db } from "../../src/store/db.ts";
import { type CoveredCall, createGrantTable, type NewGrant } from "../../src/store/grants.ts";
import { recordApproval, recordGrant, recordVote } from "../support/recorded-approvals.ts";

const CALL: CoveredCall = {
  ...{ action: "test.echo", actor: "ada", run: "run-1", actionVersion: "v1", policyVersion: "1-0" },
};

/** What the grants' table must do, whatever database is underneath. */
export function describeGrants(db: () => Db): void {
  describe("createGrantTable()", () => {
    const source = { ref: undefined as InvocationRef | undefined };
    const grant = async (change: Partial<NewGrant> = {}): Promise<GrantId> => {
      source.ref ??= await recordApproval(db(), { input: { amount: 5 }, status: "approved" });
      return recordGrant(db(), source.ref, change);
    };
    beforeEach(async () => {
      source.ref = undefined;
      await db().transaction((tx) =>
        tx.runScript("truncate approval_grant, approval_grant_use, approval, vote, invocation, input_revision"),
      );
    });
    describeLockUsable(db, grant);
    describeUse(db, grant);
    describeGrantReads(db, grant);
  });
}

type Grant = (change?: Partial<NewGrant>) => Promise<GrantId>;

function describeLockUsable(db: () => Db, grant: Grant): void {
  const usable = async (call: Partial<CoveredCall> = {}, limit = 50): Promise<string[]> =>
    (await createGrantTable(db()).lockUsable("default", { ...CALL, ...call }, limit)).map(({ id }) => id);

  test("lockUsable() gives each grant with what its vote approved, by id", async () => {
    const ids = [await grant(), await grant({ bounds: '{"/amount":{"lte":9}}' }), await grant()];
    const rows = await createGrantTable(db()).lockUsable("default", CALL, 50);
    expect(rows.map(({ id }) => id)).toEqual(ids.toSorted());
    expect(rows.find(({ id }) => id === ids[1])).toMatchObject({
      ...{ uses: 3, used: 0, bounds: '{"/amount":{"lte":9}}', source_input: '{"amount":5}', source_digest: "d" },
      ...{ source_status: "approved", source_requesters: ["ada"], mac: "m" },
    });
  });

  test("lockUsable() gives none of another tenant, action, actor, run or version", async () => {
    const id = await grant();
    await grant({ tenant: "acme" });
    await grant({ scope: "run", run: "run-2" });
    await grant({ scope: "run", run: null });
    const ofRun = await grant({ scope: "run", run: "run-1" });
    expect(await usable()).toEqual([id, ofRun].toSorted());
    expect(await usable({ run: null })).toEqual([id]);
    const others = [{ action: "x" }, { actor: "x" }, { actionVersion: "x" }, { policyVersion: "x" }];
    for (const other of others) expect(await usable(other)).toEqual([]);
  });

  test("lockUsable() gives none that is used up, revoked or over, and none that says it is for another call than the approved", async () => {
    const [used, revoked] = [await grant({ uses: 1 }), await grant()];
    await createGrantTable(db()).use("default", [used], "ivn_1" as InvocationId);
    await createGrantTable(db()).revoke("default", revoked, "bob");
    await grant({ issued_at: 0, expires_at: Date.now() - 1 });
    await grant({ actor: "mallory" });
    expect(await usable()).toEqual([]);
    expect(await usable({ actor: "mallory" })).toEqual([]);
  });

  test("lockUsable() gives those that end soonest of more than it may give, by id", async () => {
    const ends = [3, 1, 2, 4].map((hours) => Date.now() + hours * 3_600_000);
    const ids: string[] = [];
    for (const expires_at of ends) ids.push(await grant({ expires_at }));
    expect(await usable({}, 2)).toEqual(ids.slice(1, 3).toSorted());
  });
}

function describeUse(db: () => Db, grant: Grant): void {
  const grants = () => createGrantTable(db());
  const useOnce = (invocation: string) =>
    db().transaction(async (tx) => {
      const [row] = await createGrantTable(tx).lockUsable("default", CALL, 50);
      if (row !== undefined) await createGrantTable(tx).use("default", [row.id], invocation as InvocationId);
      return row !== undefined;
    });

  test("use() by 64 calls at once of a grant for ten lets exactly ten have it", async () => {
    const id = await grant({ uses: 10 });
    const used = await Promise.all(Array.from({ length: 64 }, (_, index) => useOnce(`ivn_${index}`)));
    expect(used.filter(Boolean)).toHaveLength(10);
    expect(await grants().get("default", id)).toMatchObject({ used: 10 });
    expect(await db().query("select count(*) as n from approval_grant_use")).toEqual([{ n: 10 }]);
  });

  test("use() takes one of each grant, or of none when one has none left or has served the call already", async () => {
    const [one, two] = [await grant({ uses: 1 }), await grant()];
    await grants().use("default", [one, two], "ivn_1" as InvocationId);
    await expect(grants().use("default", [two, one], "ivn_2" as InvocationId)).rejects.toMatchObject({ code: "23514" });
    await expect(grants().use("default", [two], "ivn_1" as InvocationId)).rejects.toMatchObject({ code: "23505" });
    await grants().use("default", [], "ivn_3" as InvocationId);
    await grants().use("acme", [two], "ivn_3" as InvocationId);
    const used = [await grants().get("default", one), await grants().get("default", two)];
    expect(used.map((row) => row?.used)).toEqual([1, 1]);
  });

  test("revoke() ends a grant once, also against calls that wait for it", async () => {
    const id = await grant();
    let waiting: Promise<boolean> = Promise.resolve(true);
    await db().transaction(async (tx) => {
      expect(await createGrantTable(tx).revoke("default", id, "eve")).toBe(true);
      waiting = useOnce("ivn_1");
      expect(await createGrantTable(tx).revoke("default", id, "mallory")).toBe(false);
    });
    expect(await waiting).toBe(false);
    expect(await grants().revoke("acme", id, "eve")).toBe(false);
    expect(await grants().get("default", id)).toMatchObject({ revoked_by: "eve", used: 0 });
  });

  test("insert() takes one grant of a vote", async () => {
    const ref = await recordApproval(db());
    const vote = await recordVote(db(), ref);
    await recordGrant(db(), ref, { vote });
    await expect(recordGrant(db(), ref, { vote })).rejects.toMatchObject({ code: "23505" });
  });
}

function describeGrantReads(db: () => Db, grant: Grant): void {
  const list = async (filter: object = {}, subject?: string): Promise<string[]> => {
    const scope = { tenant: "default", filter, subject };
    return (await createGrantTable(db()).list(scope, { limit: 50 })).items.map(({ id }) => id);
  };

  test("get() gives a grant with the redacted input of the approved call", async () => {
    const id = await grant();
    expect(await createGrantTable(db()).get("default", id)).toMatchObject({ id, issuer: "bob", input_view: "{}" });
    expect(await createGrantTable(db()).get("acme", id)).toBeUndefined();
  });

  test("list() gives each grant once, newest first, whatever the size of a page", async () => {
    const same = [await grant({ issued_at: 1_000 }), await grant({ issued_at: 1_000 })];
    const newest = await grant({ issued_at: 2_000 });
    const expected = [newest, ...same.toSorted().toReversed()];
    for (const limit of [1, 2, 3, 4]) {
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const scope = { tenant: "default", filter: {}, subject: undefined };
        const page = await createGrantTable(db()).list(scope, { limit, cursor });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      expect(seen).toEqual(expected);
    }
  });

  test("list() keeps to its filters and to whom a subject concerns", async () => {
    const mine = await grant({ issuer: "ada", actor: "bot", issued_at: 3 });
    const other = await grant({ issuer: "bob", actor: "ada", action: "pay", issued_at: 2 });
    const foreign = await grant({ issuer: "bob", actor: "bot", issued_at: 1 });
    expect(await list()).toEqual([mine, other, foreign]);
    expect(await list({}, "ada")).toEqual([mine, other]);
    expect(await list({ issuedBy: "bob" })).toEqual([other, foreign]);
    expect(await list({ actor: "bot" })).toEqual([mine, foreign]);
    expect(await list({ action: "pay" })).toEqual([other]);
    expect(await list({ action: "pay" }, "bot")).toEqual([]);
  });
}
