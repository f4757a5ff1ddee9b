import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { Db } from "../../src/store/db.ts";
import { createInvocationTable, type NewInvocation } from "../../src/store/invocations.ts";
import { createRunTable, type NewRun, type RunRef } from "../../src/store/runs.ts";
import { recordInvocation } from "../support/decided-invocations.ts";

const ADA: RunRef = { tenant: "default", actor: "ada", id: "run/1 é" };
const PAGE = { limit: 50 };

function newRun(ref: Partial<NewRun> = {}): NewRun {
  return { ...ADA, user: undefined, parent: undefined, ...ref };
}

/** What the runs' table must do, whatever database is underneath. */
export function describeRuns(db: () => Db): void {
  describe("createRunTable()", () => {
    const runs = () => createRunTable(db());
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate run, invocation, input_revision, execution")));

    test("insert() adds a run once for each tenant and actor, and leaves the first as it is", async () => {
      const first = await runs().insert(newRun({ user: "eve", parent: "p" }));
      expect(first).toMatchObject({ ...ADA, user_label: "eve", parent: "p", status: "open", ended_at: null });
      expect(await runs().insert(newRun({ user: "other" }))).toBeUndefined();
      expect(await runs().insert(newRun({ actor: "bob" }))).toMatchObject({ user_label: "", parent: null });
      expect(await runs().insert(newRun({ tenant: "acme" }))).toBeDefined();
      expect(await runs().get(ADA)).toEqual(first);
    });

    test("insert() of one run by many at once adds it once", async () => {
      const added = await Promise.all(
        Array.from({ length: 10 }, () => db().transaction((tx) => createRunTable(tx).insert(newRun()))),
      );
      expect(added.filter((row) => row !== undefined)).toHaveLength(1);
    });

    test("end() ends an open run once", async () => {
      await runs().insert(newRun());
      const ended = await runs().end(ADA, "blocked");
      expect(ended?.ended_at).toBeGreaterThanOrEqual(ended?.started_at ?? Infinity);
      expect(await runs().end(ADA, "success")).toBeUndefined();
      expect(await runs().get(ADA)).toEqual(ended);
      expect(await runs().end({ ...ADA, id: "none" }, "success")).toBeUndefined();
    });

    test("accept() makes the run that a call names, unless there is one, and no run without a name", async () => {
      await recordInvocation(db(), { createdAt: "2026-01-01T00:00:00Z" });
      expect((await runs().list({ tenant: "default", filter: PAGE, ownedBy: undefined })).items).toEqual([]);
      await recordInvocation(db(), { run: ADA.id });
      await recordInvocation(db(), { run: ADA.id });
      await recordInvocation(db(), { run: ADA.id, actor: { subject: "bob" } });
      const named = await runs().get(ADA);
      expect(named).toMatchObject({ status: "open", user_label: null, parent: null, ended_at: null });
      expect(await runs().get({ ...ADA, actor: "bob" })).toBeDefined();
      await runs().describe(newRun({ user: "eve" }));
      await runs().end(ADA, "failed");
      await recordInvocation(db(), { run: ADA.id });
      expect(await runs().get(ADA)).toMatchObject({ status: "failed", user_label: "eve" });
    });

    test("accept() makes no run for a call whose key is taken", async () => {
      const table = createInvocationTable(db());
      await db().query("insert into idempotency_key values ('default', 'ada', 'test.echo', 'k', 'ivn_taken')");
      const call = acceptedCall("k");
      expect(await table.accept({ ...call, idempotencyKey: "k" })).toBe(false);
      expect(await runs().get(ADA)).toBeUndefined();
      expect(await table.accept({ ...call, idempotencyKey: "k2" })).toBe(true);
      expect(await runs().get(ADA)).toBeDefined();
      await db().query("delete from idempotency_key");
    });

    test("accept() of many calls that name one new run at once takes them all", async () => {
      await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          db().transaction(async (tx) => {
            const key = index % 2 === 0 ? `many-${index}` : undefined;
            return createInvocationTable(tx).accept({ ...acceptedCall(`${index}`), idempotencyKey: key });
          }),
        ),
      );
      const tally = await runs().tally(ADA);
      expect(tally).toMatchObject([{ status: "accepted", calls: 12 }]);
      await db().query("delete from idempotency_key");
    });

    test("list() gives each run once, newest first, whatever the size of a page, and keeps to its filters", async () => {
      const ids = ["a", "b b", "ü", "x".repeat(200), "-"];
      for (const id of ids) await runs().insert(newRun({ id }));
      await runs().insert(newRun({ id: "a", actor: "bob" }));
      await runs().insert(newRun({ id: "a", tenant: "acme" }));
      await db().query("update run set started_at = '2026-01-01T00:00:00Z'");
      await runs().insert(newRun({ id: "newest" }));
      await runs().end({ ...ADA, id: "b b" }, "failed");
      for (const limit of [1, 2, 3, 6, 7, 8]) {
        const seen = await walk(runs(), limit);
        expect(seen[0]).toBe("ada newest");
        expect(seen.toSorted()).toEqual(["bob a", "ada newest", ...ids.map((id) => `ada ${id}`)].toSorted());
      }
      const count = async (filter: object, ownedBy?: string) =>
        (await runs().list({ tenant: "default", filter: { ...PAGE, ...filter }, ownedBy })).items.length;
      expect(await count({ actor: "bob" })).toBe(1);
      expect(await count({ actor: "ada" }, "bob")).toBe(0);
      expect(await count({}, "bob")).toBe(1);
      expect(await count({ status: "failed" })).toBe(1);
      await expect(count({ cursor: "x" })).rejects.toMatchObject({ code: "invalid_query" });
    });

    test("tally() counts this run's calls by status and code, and sums what all their attempts spent", async () => {
      const run = ADA.id;
      const refusal = {
        code: "rate_limited",
        details: { code: "x", guard: "rate" },
        message: '"code":"y","guard":"z"',
        retryable: true,
      };
      const executed = await recordInvocation(db(), { run });
      const denied = [await recordInvocation(db(), { run }), await recordInvocation(db(), { run })];
      const failed = await recordInvocation(db(), { run });
      const foreign = await recordInvocation(db(), { run, actor: { subject: "bob" } });
      const table = createInvocationTable(db());
      const change = (id: typeof executed, to: object) => table.update({ tenant: "default", id }, to);
      await change(executed, { status: "executed" });
      await change(failed, { status: "failed", error: JSON.stringify({ ...refusal, message: "\u0000" }) });
      for (const id of denied) await change(id, { status: "denied", error: JSON.stringify(refusal) });
      await recordInvocation(db(), { run }).then((id) => change(id, { status: "denied", error: null }));
      await spend(db(), executed, ['{"usd":1500000}', '{"tokens":9007199254740000,"usd":1}', null]);
      await spend(db(), failed, ['{"units":7,"tokens":9007199254740991}', '{"tokens":9223372036854775807}']);
      await spend(db(), foreign, ['{"usd":5}']);
      const none = { usd: 0, tokens: 0, units: 0 };
      const tally = await runs().tally(ADA);
      expect(tally.toSorted((a, b) => `${a.status} ${a.code}`.localeCompare(`${b.status} ${b.code}`))).toEqual([
        { status: "denied", code: null, guard: null, calls: 1, ...none },
        { status: "denied", code: "rate_limited", guard: "rate", calls: 2, ...none },
        {
          status: "executed",
          code: null,
          guard: null,
          calls: 1,
          ...none,
          usd: 1_500_001,
          tokens: 9_007_199_254_740_000,
        },
        { status: "failed", code: null, guard: null, calls: 1, ...none, units: 7, tokens: Number.MAX_SAFE_INTEGER },
      ]);
      expect(await runs().tally({ ...ADA, tenant: "acme" })).toEqual([]);
    });
  });
}

function acceptedCall(name: string): NewInvocation {
  return {
    ref: { tenant: "default", id: `ivn_${name}` as InvocationId },
    ...{ action: "test.echo", actionVersion: "v1", taskQueue: "tests", actor: "ada", actorPrincipal: "{}" },
    ...{ via: undefined, run: ADA.id, session: undefined, reason: undefined, idempotencyKey: undefined },
    ...{ requestHash: "r", digest: "d", input: "{}", inputView: "{}", salt: "s" },
  };
}

async function walk(runs: ReturnType<typeof createRunTable>, limit: number): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await runs.list({ tenant: "default", filter: { limit, cursor }, ownedBy: undefined });
    seen.push(...page.items.map(({ actor, id }) => `${actor} ${id}`));
    cursor = page.nextCursor;
    if (cursor === undefined) return seen;
  }
}

/** One attempt for each document of what it spent. */
async function spend(db: Db, invocation: string, documents: readonly (string | null)[]): Promise<void> {
  for (const [attempt, spent] of documents.entries()) {
    await db.query(
      `insert into execution (tenant, invocation, attempt, round, token, mode, digest, state, worker, spent)
       values ('default', $1, $2, 1, 't', 'idempotent', 'd', 'erred', 'w', $3)`,
      [invocation, attempt + 1, spent],
    );
  }
}
