import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { EncryptionKey, KeyRing } from "../../src/core/key-ring.ts";
import { createCipher } from "../../src/store/cipher.ts";
import type { Db } from "../../src/store/db.ts";
import { countSealed, reseal } from "../../src/store/reseal.ts";
import { createStore, type Store } from "../../src/store/store.ts";
import { recordApproval } from "../support/recorded-approvals.ts";
import { CONTENTS, readContents, recordContents } from "../support/sealed-contents.ts";

const OLD: EncryptionKey = { id: "old", bytes: Buffer.alloc(32, 1) };
const NEW: EncryptionKey = { id: "new", bytes: Buffer.alloc(32, 2) };
const LOST: EncryptionKey = { id: "lost", bytes: Buffer.alloc(32, 3) };
const COLUMNS = ["input_revision.input", "input_revision.judged", "invocation.output", "vote.edit"];

/** What sealing anew must do, whatever database is underneath. */
export function describeReseal(db: () => Db): void {
  const storeOf = (...ring: readonly EncryptionKey[]): Store => {
    const [first, ...others] = ring;
    return createStore(db(), first === undefined ? {} : { cipher: createCipher([first, ...others]) });
  };
  const record = async (...ring: readonly EncryptionKey[]): Promise<InvocationRef> => {
    const ref = await recordApproval(db());
    await recordContents(storeOf(...ring), ref);
    return ref;
  };
  const counted = async (key: string | null) => (await countSealed(db())).filter((count) => count.key === key);

  const empty = () => db().transaction((tx) => tx.runScript("truncate approval, vote, invocation, input_revision"));

  describe("countSealed()", () => {
    beforeEach(empty);
    test("countSealed() counts each column's values by key, plain ones too", async () => {
      await record(OLD);
      await record(NEW);
      expect(await counted("old")).toEqual(COLUMNS.map((column) => ({ column, key: "old", count: 1 })));
      expect(await counted("new")).toEqual(COLUMNS.map((column) => ({ column, key: "new", count: 1 })));
      expect(await counted(null)).toEqual([{ column: "input_revision.input", key: null, count: 2 }]);
    });
  });

  describe("reseal()", () => {
    beforeEach(empty);
    test("reseal() seals plain values and those of old keys, so that the first key alone opens all", async () => {
      const refs = [await record(), await record(OLD)];
      const report = await reseal(db(), { ring: [NEW, OLD] });
      expect(report).toMatchObject({ unreadable: [], isComplete: true });
      expect(report.resealed).toEqual(COLUMNS.map((column, at) => ({ column, count: at === 0 ? 4 : 2 })));
      for (const ref of refs) expect(await readContents(storeOf(NEW), ref)).toEqual(CONTENTS);
      expect(new Set((await countSealed(db())).map(({ key }) => key))).toEqual(new Set(["new"]));
    });

    test("reseal() leaves what the first key has sealed, so that a second time does nothing", async () => {
      await record(OLD);
      const ring: KeyRing = [NEW, OLD];
      await reseal(db(), { ring });
      const before = await db().query("select input from input_revision order by invocation, round");
      expect((await reseal(db(), { ring })).resealed).toEqual(COLUMNS.map((column) => ({ column, count: 0 })));
      expect(await db().query("select input from input_revision order by invocation, round")).toEqual(before);
    });

    test("reseal() goes on behind values that it can't open, and says whose they are", async () => {
      await record(LOST);
      await record(OLD);
      const report = await reseal(db(), { ring: [NEW, OLD] });
      expect(report.unreadable).toEqual(COLUMNS.map((column) => ({ column, key: "lost", count: 1 })));
      expect(await counted("lost")).toHaveLength(COLUMNS.length);
      expect(await counted("old")).toEqual([]);
    });

    test("reseal() goes through many batches, and an ended one goes on where it was", async () => {
      const columns = "tenant, invocation, round, input, salt, digest, author";
      await db().query(
        `insert into input_revision (${columns}) select 'acme', 'ivn_' || n, 1, '{}', 's', 'd', 'ada' from generate_series(1, 250) n`,
      );
      expect(await reseal(db(), { ring: [NEW], signal: AbortSignal.abort() })).toMatchObject({ isComplete: false });
      expect(await counted(null)).toMatchObject([{ count: 250 }]);
      await reseal(db(), { ring: [NEW] });
      expect(await counted("new")).toMatchObject([{ count: 250 }]);
    });

    test("reseal() and countSealed() go on behind more rows than one statement looks at", async () => {
      const columns = "tenant, invocation, round, input, salt, digest, author";
      await db().query(
        `insert into input_revision (${columns}) select 'acme', 'ivn_' || n, 1, case when n % 2001 = 0 then '{}' else 'enc1.new.' || n end,
           's', 'd', 'ada' from generate_series(10001, 14500) n`,
      );
      const input = "input_revision.input";
      expect(await countSealed(db())).toEqual([
        { column: input, key: null, count: 3 },
        { column: input, key: "new", count: 4_497 },
      ]);
      expect((await reseal(db(), { ring: [NEW] })).resealed[0]).toEqual({ column: input, count: 3 });
      expect(await countSealed(db())).toEqual([{ column: input, key: "new", count: 4_500 }]);
    });

    test("reseal() leaves erased inputs as they are", async () => {
      const { id } = await record();
      await db().query("update input_revision set input = 'null', judged = null where invocation = $1", [id]);
      await reseal(db(), { ring: [NEW] });
      const kept = await db().query("select distinct input from input_revision where invocation = $1", [id]);
      expect(kept).toEqual([{ input: "null" }]);
    });
  });
}
