import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { isUnavailable, isUniqueViolation } from "../../src/store/errors.ts";
import { describeAdmissions } from "./admissions-conformance.ts";
import { describeApprovalGate } from "./approval-gate-conformance.ts";
import { describeApprovalPlans } from "./approval-plans-conformance.ts";
import { describeApprovalRounds } from "./approval-rounds-conformance.ts";
import { describeApprovalStats } from "./approval-stats-conformance.ts";
import { describeApprovalTimes } from "./approval-times-conformance.ts";
import { describeApprovals } from "./approvals-conformance.ts";
import { describeApprovalsMigration } from "./approvals-migration-conformance.ts";
import { describeAttempts } from "./attempts-conformance.ts";
import { describeAudit } from "./audit-conformance.ts";
import { describeBreakers } from "./breakers-conformance.ts";
import { describeBudgets } from "./budgets-conformance.ts";
import { describeCompensations } from "./compensations-conformance.ts";
import { describeDecidedReads } from "./decided-conformance.ts";
import { describeFacts } from "./facts-conformance.ts";
import { describeGauges } from "./gauges-conformance.ts";
import { describeGrants } from "./grants-conformance.ts";
import { describeGuardSweep, describeGuardViews } from "./guard-views-conformance.ts";
import { describeManifests } from "./manifests-conformance.ts";
import { describeMigrate } from "./migrate-conformance.ts";
import { describeOpenInputs } from "./open-inputs-conformance.ts";
import { describeOrphanReads } from "./orphans-conformance.ts";
import { describeRuns } from "./runs-conformance.ts";
import { describePrincipals } from "./principals-conformance.ts";
import { describeRates } from "./rates-conformance.ts";
import { describeReseal } from "./reseal-conformance.ts";
import { describeSealedReads } from "./sealed-reads-conformance.ts";
import { describeRetries } from "./retries-conformance.ts";
import { describeRetention } from "./retention-conformance.ts";
import { describeVotes } from "./votes-conformance.ts";
import { describeWebhooks } from "./webhooks-conformance.ts";
import { describeWorkers } from "./workers-conformance.ts";

/** Opens a migrated database that the suite may fill; called once per suite. */
export type OpenDb = () => Promise<Db>;

/** What every adapter must do, word for word the same on each. */
export function describeDb(adapter: string, open: OpenDb): void {
  describe(`Db on ${adapter}`, () => {
    let db: Db;
    beforeAll(async () => {
      db = await open();
      await db.query("create table counter (id text primary key, n bigint not null)");
      await db.query("create table sample (t text, n bigint, b boolean, at timestamptz, a text[])");
    });
    beforeEach(() => db.transaction((tx) => tx.runScript("delete from counter; delete from sample")));
    afterAll(() => db.close());

    describeQuery(() => db);
    describeTransaction(() => db);
    describeNotify(() => db);
    describeAudit(() => db);
    describeBreakers(() => db);
    describeDecidedReads(() => db);
    describeRuns(() => db);
    describeRetries(() => db);
    describeCompensations(() => db);
    describeOpenInputs(() => db);
    describeManifests(() => db);
    describeOrphanReads(() => db);
    describeWorkers(() => db);
    describeGauges(() => db);
    describeBudgets(() => db);
    describeMigrate(() => db);
    describePrincipals(() => db);
    describeApprovalsMigration(() => db);
    describeApprovals(() => db);
    describeApprovalRounds(() => db);
    describeApprovalGate(() => db);
    describeApprovalStats(() => db);
    describeApprovalPlans(() => db);
    describeVotes(() => db);
    describeApprovalTimes(() => db);
    describeGrants(() => db);
    describeReseal(() => db);
    describeSealedReads(() => db);
    describeRetention(() => db);
    describeAttempts(() => db);
    describeAdmissions(() => db);
    describeRates(() => db);
    describeFacts(() => db);
    describeGuardViews(() => db);
    describeGuardSweep(() => db);
    describeWebhooks(() => db);

    test("close() makes every later call reject as unavailable", async () => {
      const other = await open();
      await other.close();
      await other.close();
      await expect(other.query("select 1")).rejects.toSatisfy(isUnavailable);
      await expect(other.transaction(async () => 1)).rejects.toSatisfy(isUnavailable);
    });
  });
}

function describeQuery(db: () => Db): void {
  test("query() gives back what was put in, times as epoch milliseconds and bigints as numbers", async () => {
    const at = new Date("2026-01-31T23:59:59.123Z");
    const texts = ['say "hi"', "back\\slash", "", "NULL", "null", "{a,b}", " padded ", "zwölf 🧾", "line\nbreak"];
    const [row] = await db().query("insert into sample values ($1, $2, $3, $4, $5) returning *", [
      "it's",
      2 ** 53 - 1,
      false,
      at,
      texts,
    ]);
    expect(row).toEqual({ t: "it's", n: 2 ** 53 - 1, b: false, at: at.getTime(), a: texts });
  });

  test("query() takes and gives nulls, in arrays too, and empty arrays", async () => {
    const [row] = await db().query("insert into sample values ($1, $2, $3, $4, $5) returning *", [
      null,
      null,
      null,
      null,
      [],
    ]);
    expect(row).toEqual({ t: null, n: null, b: null, at: null, a: [] });
    expect(await db().query("select $1::text[] as a", [["x", null]])).toEqual([{ a: ["x", null] }]);
  });

  test("query() parses counts, times far away, json and booleans computed by the server", async () => {
    const rows = await db().query(
      `select count(*) as n, timestamptz '0099-03-01 00:00:00+00' as old, 'infinity'::timestamptz as never,
         '{"a":[1]}'::jsonb as doc, 1 = 1 as yes, 1.5::float8 as half`,
    );
    const old = new Date("0099-03-01T00:00:00Z").getTime();
    expect(rows).toEqual([{ n: 1, old, never: Infinity, doc: { a: [1] }, yes: true, half: 1.5 }]);
  });

  test("query() gives no rows for a statement that returns none", async () => {
    expect(await db().query("update counter set n = 1 where id = $1", ["nobody"])).toEqual([]);
  });

  test("query() runs the same text with other parameters and after its table has changed", async () => {
    const text = "select * from sample where t = $1";
    await db().query("insert into sample (t) values ('a'), ('b')");
    expect(await db().query(text, ["a"])).toMatchObject([{ t: "a" }]);
    await db().transaction((tx) => tx.runScript("alter table sample add column extra integer default 7"));
    expect(await db().query(text, ["b"])).toMatchObject([{ t: "b", extra: 7 }]);
    await db().transaction((tx) => tx.runScript("alter table sample drop column extra"));
  });

  test("query() rejects with the driver's error, names a duplicate key and goes on", async () => {
    const insert = "insert into counter values ('one', 1)";
    await db().query(insert);
    const error: unknown = await db()
      .query(insert)
      .catch((cause: unknown) => cause);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUnavailable(error)).toBe(false);
    await expect(db().query("select nothing from nowhere")).rejects.toMatchObject({ code: "42P01" });
    expect(await db().query("select n from counter")).toEqual([{ n: 1 }]);
  });
}

function describeTransaction(db: () => Db): void {
  test("transaction() undoes everything when its work throws, and rejects with that very error", async () => {
    const mine = new Error("changed my mind");
    const work = db().transaction(async (tx) => {
      await tx.query("insert into counter values ('gone', 1)");
      throw mine;
    });
    await expect(work).rejects.toBe(mine);
    expect(await db().query("select * from counter")).toEqual([]);
  });

  test("transaction() undoes everything when a statement fails, even if its work goes on", async () => {
    const swallowed = db().transaction(async (tx) => {
      await tx.query("insert into counter values ('gone', 1)");
      await tx.query("select nothing from nowhere").catch(() => {});
    });
    await expect(swallowed).rejects.toMatchObject({ code: "25P02" });
    const first = db().transaction(async (tx) => {
      await tx.query("select nothing from nowhere").catch(() => {});
      await tx.query("insert into counter values ('gone', 1)");
    });
    await expect(first).rejects.toMatchObject({ code: "25P02" });
    expect(await db().query("select * from counter")).toEqual([]);
  });

  test("transaction() answers with its work's result, also without a statement", async () => {
    expect(await db().transaction(async () => "nothing to do")).toBe("nothing to do");
  });

  test("transaction() lets statements be sent at once and keeps their answers apart", async () => {
    const answers = await db().transaction((tx) =>
      Promise.all([1, 2, 3].map((n) => tx.query(`select $1::bigint as n, ${n} as m`, [n]))),
    );
    expect(answers).toEqual([1, 2, 3].map((n) => [{ n, m: n }]));
  });

  test("transaction() refuses statements after its end", async () => {
    const late = await db().transaction(async (tx) => () => tx.query("select 1"));
    await expect(late()).rejects.toThrow("The transaction has ended");
  });

  test("transaction() side by side with others loses no update of a locked row", async () => {
    await db().query("insert into counter values ('shared', 0)");
    const increment = () =>
      db().transaction(async (tx) => {
        const [row] = await tx.query<{ n: number }>("select n from counter where id = 'shared' for update");
        await tx.query("update counter set n = $1 where id = 'shared'", [(row?.n ?? 0) + 1]);
      });
    await Promise.all(Array.from({ length: 25 }, increment));
    expect(await db().query("select n from counter")).toEqual([{ n: 25 }]);
  });

  test("query() sees nothing of a transaction that has not committed", async () => {
    const seen: unknown[] = [];
    let outside: Promise<unknown> = Promise.resolve();
    await db().transaction(async (tx) => {
      await tx.query("insert into counter values ('inside', 1)");
      outside = db()
        .query("select n from counter where id = 'inside'")
        .then((rows) => seen.push(...rows));
      await tx.query("delete from counter where id = 'inside'");
    });
    await outside;
    expect(seen).toEqual([]);
  });
}

function describeNotify(db: () => Db): void {
  test("listen() hears each topic once, after its transaction has committed", async () => {
    const heard = await listenFor(db());
    await db().transaction(async (tx) => {
      tx.notify("invocation:1");
      tx.notify("invocation:1");
      tx.notify("invocation:2");
      await tx.query("insert into counter values ('told', 1)");
      expect(heard.topics).toEqual([]);
    });
    await heard.until("invocation:2");
    expect(heard.topics).toEqual(["invocation:1", "invocation:2"]);
    heard.stop();
  });

  test("listen() hears nothing of a transaction that was rolled back", async () => {
    const heard = await listenFor(db());
    const failing = db().transaction(async (tx) => {
      tx.notify("never");
      await tx.query("select nothing from nowhere");
    });
    await expect(failing).rejects.toThrow("nowhere");
    await db().transaction(async (tx) => tx.notify("afterwards"));
    await heard.until("afterwards");
    expect(heard.topics).toEqual(["afterwards"]);
    heard.stop();
  });

  test("listen() gives back what stops it, for this listener only", async () => {
    const [stopped, kept] = [await listenFor(db()), await listenFor(db())];
    stopped.stop();
    await db().transaction(async (tx) => tx.notify("still here"));
    await kept.until("still here");
    expect(stopped.topics).not.toContain("still here");
    kept.stop();
  });
}

/** A listener that surely hears, and what it heard since; connecting itself is told as `"*"`. */
async function listenFor(db: Db) {
  const topics: string[] = [];
  const waiters = new Set<() => void>();
  const stop = db.listen((topic) => {
    topics.push(topic);
    for (const check of waiters) check();
  });
  const until = (topic: string) =>
    new Promise<void>((resolve) => {
      const check = () => topics.includes(topic) && resolve();
      waiters.add(check);
      check();
    });
  const ready = until("ready");
  await db.transaction(async (tx) => tx.notify("ready"));
  await Promise.race([ready, until("*")]);
  await db.transaction(async (tx) => tx.notify("surely"));
  await until("surely");
  topics.length = 0;
  return { topics, until, stop };
}
