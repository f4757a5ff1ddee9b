import { describe, expect, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { migrate, readMigrations } from "../../src/store/migrate.ts";

const FIRST = { name: "9001_first.sql", script: "create table first (a text); insert into first values ('x;y');" };
const SECOND = { name: "9002_second.sql", script: "alter table first add column b integer; update first set b = 2;" };
const BROKEN = { name: "9003_broken.sql", script: "create table third (a text); select nothing from nowhere;" };

/** What migrating must do, on a database that has the product's schema. */
export function describeMigrate(db: () => Db): void {
  describe("migrate()", () => {
    test("migrate() finds a migrated database up to date, as often as it is asked", async () => {
      expect(await migrate(db())).toEqual({ applied: [] });
      expect((await readMigrations()).map((migration) => migration.name)[0]).toBe("0001_initial.sql");
    });

    test("migrate() applies what is new, in order and once, callers at the same time included", async () => {
      const reports = await Promise.all([1, 2, 3].map(() => migrate(db(), [FIRST, SECOND])));
      expect(reports.flatMap((report) => report.applied).toSorted()).toEqual([FIRST.name, SECOND.name]);
      expect(await db().query("select * from first")).toEqual([{ a: "x;y", b: 2 }]);
    });

    test("migrate() refuses a migration that was changed after it was applied", async () => {
      const changed = { ...FIRST, script: "select 1" };
      await expect(migrate(db(), [changed])).rejects.toThrow(
        "Migration 9001_first.sql was changed after it was applied",
      );
    });

    test("migrate() takes other line ends for the same migration", async () => {
      const turned = [FIRST, SECOND].map(({ name, script }) => ({ name, script: script.replaceAll("\n", "\r\n") }));
      expect(await migrate(db(), turned)).toEqual({ applied: [] });
    });

    test("migrate() leaves nothing of a migration that fails and can be asked again", async () => {
      await expect(migrate(db(), [BROKEN])).rejects.toMatchObject({ code: "42P01" });
      const repaired = { ...BROKEN, script: "create table third (a text)" };
      expect(await migrate(db(), [repaired])).toEqual({ applied: [BROKEN.name] });
    });
  });
}
