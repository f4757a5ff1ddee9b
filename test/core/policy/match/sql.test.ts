import { describe, expect, it } from "vitest";
import { compileRules, faultsOfMatch } from "../documents.ts";
import { askDenial, askPermission } from "./ask.ts";

function query(sql: string) {
  return { action: "postgres_query", input: { sql } };
}

describe("match.sql in a rule that restricts", () => {
  it.each<[sql: unknown, statement: string, expected: string]>([
    [{ statement: "delete" }, "DELETE FROM t", "yes"],
    [{ statement: ["drop", "delete"] }, "SELECT 1; DROP TABLE t", "yes"],
    [{ statement: "delete" }, "UPDATE t SET a = 1", "no"],
    [{ statement: "delete" }, "SELECT 'DELETE FROM t'", "no"],
    [{ statement: "delete" }, "DELTE FROM t", "unknown"],
    [{ statement: "delete" }, "DELTE FROM t; DELETE FROM t", "yes"],
    [{ statement: "delete" }, "EXECUTE p", "unknown"],
    [{ table: "users" }, "SELECT * FROM users", "yes"],
    [{ table: "users" }, "SELECT * FROM Users", "yes"],
    [{ table: "users" }, 'SELECT * FROM "USERS"', "yes"],
    [{ table: "USERS" }, "SELECT * FROM users", "no"],
    [{ table: "users" }, "SELECT * FROM hr.users", "yes"],
    [{ table: "public.users" }, "SELECT * FROM users", "yes"],
    [{ table: "hr.users" }, "SELECT * FROM users", "no"],
    [{ table: "hr.*" }, "SELECT * FROM hr.users", "yes"],
    [{ table: "*.users" }, "SELECT * FROM x.hr.users", "yes"],
    [{ table: ["a", "re:^u.*s$"] }, "SELECT * FROM users", "yes"],
    [{ table: "my.users" }, 'SELECT * FROM "my.users"', "yes"],
    [{ table: "users" }, "SELECT * FROM accounts", "no"],
    [{ table: "users" }, "SELECT 1", "no"],
    [{ table: "users" }, "DROP SCHEMA hr CASCADE", "unknown"],
    [{ table: "users" }, "DELTE FROM users", "unknown"],
    [{ table: "pay" }, "SET search_path = hr; SELECT * FROM pay", "yes"],
    [{ table: "hr.pay" }, "SET search_path = hr; SELECT * FROM pay", "unknown"],
    [{ without_where: true }, "UPDATE t SET a = 1", "yes"],
    [{ without_where: true }, "UPDATE t SET a = 1 WHERE id = id", "yes"],
    [{ without_where: true }, "UPDATE t SET a = 1 WHERE id = 5", "no"],
    [{ without_where: true }, "UPDATE t SET a = 1 WHERE $1", "unknown"],
    [{ without_where: true }, "DROP TABLE t", "no"],
    [{ without_where: true }, "TRUNCATE t", "yes"],
    [{ without_where: false }, "UPDATE t SET a = 1 WHERE id = 5", "yes"],
    [{ without_where: false }, "UPDATE t SET a = 1", "no"],
    [{ statement: "update", without_where: true }, "UPDATE t SET a = 1 WHERE id = 5; DELETE FROM t", "no"],
    [{ statement: "update", table: "b" }, "UPDATE a SET x = 1 FROM b WHERE a.id = b.id", "no"],
    [{ statement: "select", table: "b" }, "UPDATE a SET x = 1 FROM b WHERE a.id = b.id", "yes"],
    [[{ statement: "drop" }, { table: "users", statement: "delete" }], "DELETE FROM users WHERE id = 5", "yes"],
    [[{ statement: "drop" }, { table: "users", statement: "delete" }], "DELETE FROM notes", "no"],
    ["none", "SELECT 1", "no"],
    ["none", "DELTE", "unknown"],
    ["none", "-- nothing", "yes"],
    [{ statement: "delete", optional: true }, "-- nothing", "yes"],
  ])("match.sql %j asked about %j answers %s", (sql, statement, expected) => {
    expect(askDenial({ sql }, query(statement))).toBe(expected);
  });

  it("match.sql looks at clients in commands, and at no tool without a database", () => {
    const sql = { statement: "drop" };
    expect(askDenial({ sql }, { action: "bash", input: { command: "psql -c 'DROP TABLE t'" } })).toBe("yes");
    expect(askDenial({ sql }, { action: "bash", input: { command: "echo 'DROP TABLE t'" } })).toBe("no");
    expect(askDenial({ sql }, { action: "read_notes", input: { text: "DROP TABLE t" } })).toBe("no");
  });
});

describe("match.sql in a rule that permits", () => {
  it.each<[sql: unknown, statement: string, expected: boolean]>([
    [{ statement: "select" }, "SELECT * FROM a; SELECT 1", true],
    [{ statement: "select" }, "SELECT 1; DELETE FROM t", false],
    [{ statement: "select" }, "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", false],
    [{ statement: "select" }, "SELECT lo_import('x')", false],
    [{ statement: "select" }, "SELECT 1; SELEC 2", false],
    [{ statement: "select" }, "-- nothing", false],
    [{ statement: "select", optional: true }, "-- nothing", true],
    [[{ statement: "select" }, { statement: "insert", table: "log" }], "INSERT INTO log SELECT * FROM t", true],
    [[{ statement: "select" }, { statement: "insert", table: "log" }], "INSERT INTO t VALUES (1)", false],
    [{ statement: ["select", "insert"], table: ["log"] }, "INSERT INTO log SELECT * FROM t", false],
    [{ table: "users" }, "SELECT * FROM users", true],
    [{ table: "users" }, "SELECT * FROM hr.users", false],
    [{ table: "users" }, 'SELECT * FROM "USERS"', false],
    [{ table: "public.users" }, "SELECT * FROM users", false],
    [{ table: "hr.*" }, "SELECT * FROM hr.a, hr.b", true],
    [{ table: "hr.*" }, "SELECT * FROM hr.a, b", false],
    [{ table: "my.users" }, 'SELECT * FROM "my.users"', false],
    [{ table: "users" }, "SELECT * FROM users, o", false],
    [{ statement: ["set", "select"], table: "t" }, "SET search_path = hr; SELECT * FROM t", false],
    [{ statement: "update", without_where: false }, "UPDATE t SET a = 1 WHERE id = 5", true],
    [{ statement: "update", without_where: false }, "UPDATE t SET a = 1 WHERE $1", false],
    ["none", "SELECT 1", false],
    ["none", "", true],
  ])("match.sql %j asked about %j answers %j", (sql, statement, expected) => {
    expect(askPermission({ sql }, query(statement))).toBe(expected);
  });
});

describe("match.sql in a document", () => {
  it.each<[sql: unknown, message: string]>([
    ["all", "This must be a mapping"],
    [{}, "This mapping asks for nothing"],
    [{ optional: true }, "This mapping asks for nothing"],
    [{ statment: "delete" }, 'Unknown key "statment"'],
    [{ statement: "remove" }, "This must be one of select, insert"],
    [{ statement: [] }, "This list is empty"],
    [{ table: 5 }, "This must be text"],
    [{ table: "re:(" }, "The regex is not valid"],
    [{ without_where: "yes" }, "This must be true or false"],
  ])("match.sql refuses %j", (sql, message) => {
    expect(faultsOfMatch({ sql })[0]?.message).toContain(message);
  });

  it("explain() says what a call's SQL does, without its values", () => {
    const policy = compileRules([
      { match: { sql: { statement: "drop", table: "x", without_where: true } }, effect: "deny" },
    ]);
    const sql = "UPDATE users SET secret = 'x'; UPDATE a SET b = 1 WHERE c = 5; SELECT 1; SELEC";
    const [explanation] = policy.explain(query(sql));
    expect(explanation?.failed).toEqual({
      field: "sql",
      uncertain: true,
      expected: ["drop", "table x", "without WHERE"],
      saw: ["update users without WHERE", "update a", "select", "a statement that can't be known"],
    });
    const negative = compileRules([{ match: { sql: { without_where: false } }, effect: "deny" }]);
    expect(negative.explain(query("DELETE FROM t"))[0]?.failed?.expected).toEqual(["not without WHERE"]);
  });
});
