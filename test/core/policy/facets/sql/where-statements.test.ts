import { describe, expect, it } from "vitest";
import { factsOf, updatesAll } from "./facts-of.ts";

describe("withoutWhere of statements", () => {
  it.each<[from: string, condition: string, expected: string]>([
    ["FROM o", "t.id = o.id", "no"],
    ["FROM o", "id = o.id", "no"],
    ["FROM o AS x", "x.id = t.id", "no"],
    ["FROM o", "o.id = 5", "unknown"],
    ["FROM s.o", "s.o.id = 5", "unknown"],
    ["FROM o JOIN p ON o.id = p.id", "p.id = 5", "unknown"],
    ["FROM o JOIN p ON o.id = p.id", "p.id = t.id", "no"],
    ["FROM (SELECT 1 AS one) q", "q.one = 1", "unknown"],
    ["FROM generate_series(1, 5) g", "g = t.id", "no"],
    ["FROM (SELECT 1) AS q(one), t x", "x.id = t.id", "yes"],
    ["FROM t x", "x.id = t.id", "yes"],
    ["FROM t x", "x.parent = t.id", "no"],
    ["FROM o", "true", "yes"],
  ])("UPDATE … %s WHERE %s answers %s", (from, condition, expected) => {
    expect(updatesAll(condition, from)).toBe(expected);
  });

  it.each<[sql: string, expected: string]>([
    ["UPDATE t SET a = 'WHERE id = 5'", "update t all"],
    ["UPDATE t SET a = 1 -- WHERE id = 5", "update t all"],
    ["UPDATE t SET a = 1 /* WHERE id = 5 */", "update t all"],
    ["UPDATE t SET a = (SELECT b FROM o WHERE o.id = 5)", "update t all"],
    ["UPDATE t SET a = 1 RETURNING id = 5", "update t all"],
    ["UPDATE t x SET a = 1 WHERE x.id = x.id", "update t all"],
    ["UPDATE ONLY t SET a = 1 WHERE id = 5", "update t"],
    ["WITH w AS (SELECT 1 WHERE 1 = 2) UPDATE t SET a = 1", "update t all"],
    ["DELETE FROM t", "delete t all"],
    ["DELETE FROM t WHERE id = 5", "delete t"],
    ["DELETE FROM t USING o WHERE o.id = 5", "delete t some?"],
    ["SELECT * FROM t", "select t all"],
    ["SELECT * FROM t WHERE id = 5", "select t"],
    ["SELECT * FROM t JOIN o ON t.id = o.id WHERE t.id = o.id", "select t"],
    ["SELECT * FROM t JOIN o ON t.id = o.id WHERE EXISTS (SELECT 1 FROM p WHERE p.id = o.id)", "select t"],
    ["SELECT * FROM t x WHERE x.id = id", "select t all"],
    ["TRUNCATE t", "truncate t all"],
  ])("%s is %s", (sql, expected) => {
    expect(factsOf("postgres_query", { sql })).toContain(expected);
  });

  it.each<[branch: string, expected: string]>([
    ["ON t.id = s.id WHEN MATCHED THEN DELETE", "delete t"],
    ["ON TRUE WHEN MATCHED THEN DELETE", "delete t all"],
    ["ON TRUE WHEN MATCHED AND t.id = 5 THEN UPDATE SET a = 1", "update t"],
    ["ON t.id = s.id WHEN MATCHED AND s.gone THEN DELETE", "delete t"],
    ["ON FALSE WHEN NOT MATCHED BY SOURCE THEN DELETE", "delete t all"],
    ["ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN UPDATE SET a = 1", "update t"],
    ["ON s.id = 5 WHEN MATCHED THEN DELETE", "delete t some?"],
    ["ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (1)", "insert t"],
  ])("MERGE INTO t USING s %s is %s", (branch, expected) => {
    const facts = factsOf("postgres_query", { sql: `MERGE INTO t USING s ${branch}` });
    expect(facts).toEqual(["merge t", expected, "select s"]);
  });
});
