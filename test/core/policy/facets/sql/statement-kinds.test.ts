import { describe, expect, it } from "vitest";
import { FactLog } from "../../../../../src/core/policy/facets/sql/fact-log.ts";
import { UNKNOWN_STATEMENT } from "../../../../../src/core/policy/facets/sql/statement-fact.ts";
import { walkStatement } from "../../../../../src/core/policy/facets/sql/tree/walk-statement.ts";
import { factsOf } from "./facts-of.ts";

describe("kinds and tables of statements", () => {
  it.each<[sql: string, facts: readonly string[]]>([
    ["SELECT 1", ["select"]],
    ["SELECT now()", ["select"]],
    ["VALUES (1)", ["select"]],
    ["TABLE t", ["select t all"]],
    ['SELECT * FROM T, s.U, "Q", db.s.v', ["select t all", "select s.u all", "select Q all", "select db.s.v all"]],
    ['SELECT * FROM "a.b", "say ""x"""', ['select "a.b" all', 'select "say ""x""" all']],
    ["SELECT * FROM (SELECT * FROM t WHERE id = 1) x", ["select t"]],
    ["SELECT (SELECT a FROM t LIMIT 1)", ["select t all"]],
    ["SELECT 1 UNION SELECT a FROM t EXCEPT SELECT b FROM o", ["select t all", "select o all"]],
    ["SELECT * FROM t FOR UPDATE", ["select t all"]],
    ["SELECT * INTO n FROM t", ["create n", "select t all"]],
    ["INSERT INTO t VALUES (1)", ["insert t"]],
    ["INSERT INTO t SELECT * FROM o WHERE id = 1", ["insert t", "select o"]],
    ["INSERT INTO t DEFAULT VALUES", ["insert t"]],
    ["INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", ["insert t"]],
    ["INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 2", ["insert t", "update t"]],
    ["INSERT INTO t VALUES (1) RETURNING (SELECT max(a) FROM o)", ["insert t", "select o all"]],
    ["UPDATE t SET a = 1 FROM o WHERE t.id = o.id", ["update t", "select o"]],
    ["UPDATE x SET a = 1 FROM users x", ["update x all", "update users all", "select users all"]],
    ["DELETE FROM t WHERE id IN (SELECT id FROM o)", ["delete t", "select o all"]],
    ["WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", ["delete t all"]],
    ["WITH d AS (DELETE FROM t RETURNING *) INSERT INTO o SELECT * FROM d", ["delete t all", "insert o"]],
    ["WITH a AS (SELECT 1), b AS (SELECT * FROM a) UPDATE t SET x = 1 WHERE id IN (SELECT * FROM b)", ["update t"]],
    ["WITH t AS (SELECT * FROM t) SELECT * FROM t", ["select t all"]],
    ["WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM b", ["select b all"]],
    ["WITH RECURSIVE t AS (SELECT 1 UNION SELECT * FROM t) SELECT * FROM t", ["select"]],
    ["WITH t AS (SELECT 1) SELECT * FROM s.t", ["select s.t all"]],
    ["WITH a AS (SELECT 1) SELECT (WITH b AS (SELECT * FROM a) SELECT 1 FROM b, c)", ["select c all"]],
    ["WITH x AS (SELECT * FROM t) DELETE FROM x", ["select t all", "delete * all", "delete x all"]],
    ["MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DO NOTHING", ["merge t", "select s"]],
    [
      "MERGE INTO t USING (SELECT * FROM s) x ON t.id = x.id WHEN MATCHED THEN DELETE",
      ["merge t", "delete t", "select s all"],
    ],
    ["TRUNCATE t, s.u", ["truncate t all", "truncate s.u all"]],
    ["CREATE TABLE t (a int REFERENCES o)", ["create t"]],
    ["CREATE TEMP TABLE t (a int)", ["create t"]],
    ["CREATE TABLE t AS SELECT * FROM o", ["create t", "select o all"]],
    ["CREATE MATERIALIZED VIEW m AS SELECT * FROM o", ["create m", "select o all"]],
    ["CREATE VIEW s.v AS SELECT * FROM o", ["create s.v", "select o all"]],
    ["CREATE INDEX ON t (a)", ["create t"]],
    ["CREATE SEQUENCE s", ["create s"]],
    ["CREATE FOREIGN TABLE t (a int) SERVER x", ["create t"]],
    ["CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f()", ["create t"]],
    ["CREATE RULE r AS ON SELECT TO t DO ALSO (DELETE FROM o; SELECT 1)", ["create t", "delete o all"]],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM t'", ["create *"]],
    ["CREATE FUNCTION f() RETURNS int RETURN (SELECT a FROM t)", ["create *", "select t all"]],
    ["CREATE SCHEMA s CREATE TABLE t (a int)", ["create *", "create t"]],
    ["CREATE EXTENSION plpython3u", ["create *"]],
    ["CREATE ROLE r SUPERUSER", ["create *"]],
    ["CREATE DATABASE d", ["create *"]],
    ["CREATE PUBLICATION p FOR TABLE a, s.b", ["create a", "create s.b"]],
    ["ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o (b)", ["alter t"]],
    ["ALTER TABLE t OWNER TO x", ["alter t"]],
    ["ALTER TABLE t SET SCHEMA s", ["alter t"]],
    ["ALTER SYSTEM SET a = 1", ["alter *"]],
    ["ALTER ROLE r PASSWORD 'x'", ["alter *"]],
    ["ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x", ["alter *", "grant *"]],
    ["ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM x", ["alter *", "revoke *"]],
    ["ALTER TABLE t RENAME TO o", ["rename t"]],
    ["ALTER TABLE s.t RENAME COLUMN a TO b", ["rename s.t"]],
    ["DROP TABLE a, s.b CASCADE", ["drop a", "drop s.b"]],
    ["DROP VIEW v", ["drop v"]],
    ["DROP INDEX i", ["drop i"]],
    ["DROP TRIGGER x ON s.t", ["drop s.t"]],
    ["DROP POLICY p ON t", ["drop t"]],
    ["DROP FUNCTION f(int)", ["drop *"]],
    ["DROP SCHEMA s CASCADE", ["drop *"]],
    ["DROP DATABASE d", ["drop *"]],
    ["DROP OWNED BY r", ["drop *"]],
    ["IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c", ["import *"]],
    ["GRANT SELECT ON t, s.u TO r", ["grant t", "grant s.u"]],
    ["GRANT ALL ON ALL TABLES IN SCHEMA s TO r", ["grant *"]],
    ["GRANT a TO b", ["grant *"]],
    ["REVOKE a FROM b", ["revoke *"]],
    ["REVOKE ALL ON t FROM r", ["revoke t"]],
    ["REASSIGN OWNED BY a TO b", ["reassign *"]],
    ["SECURITY LABEL ON TABLE t IS 'x'", ["security_label t"]],
    ["COMMENT ON TABLE s.t IS 'x'", ["comment s.t"]],
    ["COMMENT ON COLUMN s.t.a IS 'x'", ["comment s.t"]],
    ["COMMENT ON DATABASE d IS 'x'", ["comment *"]],
    ["COPY t FROM STDIN", ["copy t", "insert t"]],
    ["COPY t TO STDOUT", ["copy t", "select t all"]],
    ["COPY t TO PROGRAM 'sh'", ["copy t", "select t all", "run_code *"]],
    ["COPY t FROM '/tmp/x'", ["copy t", "insert t", "server_file *"]],
    ["COPY (DELETE FROM t RETURNING *) TO STDOUT", ["copy *", "delete t all"]],
    ["DO 'BEGIN END'", ["do *"]],
    ["CALL p(1)", ["call *"]],
    ["CALL p((SELECT a FROM t))", ["call *", "select t all"]],
    ["LOAD 'x'", ["run_code *"]],
    ["SET a = 1", ["set"]],
    ["SET CONSTRAINTS ALL DEFERRED", ["set"]],
    ["RESET a", ["set"]],
    ["SET ROLE r", ["set_role"]],
    ["RESET ROLE", ["set_role"]],
    ["SET SESSION AUTHORIZATION r", ["set_role"]],
    ["SHOW a", ["show"]],
    ["SHOW TABLES", ["show"]],
    ["BEGIN", ["transaction"]],
    ["COMMIT", ["transaction"]],
    ["SAVEPOINT s", ["transaction"]],
    ["EXPLAIN DELETE FROM t", ["explain"]],
    ["EXPLAIN (VERBOSE) DELETE FROM t", ["explain"]],
    ["EXPLAIN ANALYZE DELETE FROM t", ["explain", "delete t all"]],
    ["EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t", ["explain", "delete t all"]],
    ["PREPARE p AS DELETE FROM t", ["prepare", "delete t all"]],
    ["PREPARE p AS SELECT 1; EXECUTE p(1)", ["prepare", "execute *"]],
    ["EXECUTE p", ["execute *", "?"]],
    ["EXECUTE p; PREPARE p AS SELECT 1", ["execute *", "?", "prepare"]],
    ["CREATE TABLE t AS EXECUTE p", ["create t", "execute *", "?"]],
    ["DECLARE c CURSOR FOR SELECT * FROM t", ["cursor", "select t all"]],
    ["FETCH 1 FROM c", ["cursor"]],
    ["CLOSE c", ["cursor"]],
    ["LOCK TABLE t", ["lock t"]],
    ["VACUUM t", ["maintain t"]],
    ["ANALYZE", ["maintain *"]],
    ["REINDEX TABLE t", ["maintain t"]],
    ["CLUSTER t", ["maintain t"]],
    ["CHECKPOINT", ["maintain *"]],
    ["REFRESH MATERIALIZED VIEW m", ["refresh m"]],
    ["NOTIFY a", ["notify"]],
    ["LISTEN a", ["notify"]],
    ["UNLISTEN a", ["notify"]],
    ["DISCARD ALL", ["session"]],
    ["DEALLOCATE p", ["session"]],
  ])("%s is %j", (sql, facts) => {
    expect(factsOf("postgres_query", { sql })).toEqual(facts);
  });

  it.each<[call: string, facts: readonly string[]]>([
    ["pg_terminate_backend(1)", ["session"]],
    ["pg_catalog.pg_terminate_backend(pid) FROM pg_stat_activity", ["select pg_stat_activity all", "session"]],
    ["lo_import('/etc/passwd')", ["server_file *"]],
    ["PG_READ_FILE('x')", ["server_file *"]],
    ["* FROM dblink_exec('DROP TABLE x')", ["run_code *"]],
    ["query_to_xml('DELETE FROM t', true, true, '')", ["run_code *"]],
    ["cron.schedule('x', '* * * * *', 'DROP TABLE t')", ["run_code *"]],
    ["schedule('x')", ["select"]],
    ["set_config('a', 'b', true)", ["set"]],
    ["lo_unlink(5)", ["delete *"]],
    ["setval('s', 1)", ["update *"]],
    ["lower('x'), count(*), f(a)", ["select"]],
  ])("SELECT %s is %j", (call, facts) => {
    expect(factsOf("postgres_query", { sql: `SELECT ${call}` })).toEqual(facts);
  });

  it.each<[sql: string, facts: readonly string[]]>([
    ["SET search_path = hr; SELECT * FROM pay, s.t", ["set", "select pay * all", "select s.t all"]],
    ["SELECT * FROM t; SET search_path TO hr; SELECT * FROM t", ["select t all", "set", "select t * all"]],
    ["RESET ALL; SELECT * FROM t", ["set", "select t * all"]],
    ["SELECT set_config('search_path', 'hr', false); SELECT * FROM t", ["set", "select t * all"]],
    ["SELECT set_config(a, 'hr', false) FROM o; SELECT * FROM t", ["select o all", "set", "select t * all"]],
    ["SELECT set_config('work_mem', '1', false); SELECT * FROM t", ["set", "select t all"]],
  ])("%s leaves it open which table is meant behind a change of the search path", (sql, facts) => {
    expect(factsOf("postgres_query", { sql })).toEqual(facts);
  });

  it("a statement says a thing once, however often it does it", () => {
    expect(factsOf("postgres_query", { sql: "SELECT * FROM t, t x; SELECT * FROM t" })).toEqual(["select t all"]);
  });

  it("a statement that does too many things may do any", () => {
    const tables = Array.from({ length: 600 }, (_, index) => `t${index}`).join(", ");
    const facts = factsOf("postgres_query", { sql: `SELECT * FROM ${tables}, t0; DROP TABLE x` });
    expect(facts).toContain("?");
    expect(facts).toContain("select t0 all");
    expect(facts).toHaveLength(501);
  });

  it("walkStatement() takes a statement that it doesn't know for any", () => {
    const log = new FactLog();
    walkStatement({ FutureStmt: {} }, log, { prepared: new Set(), hasNewSearchPath: false });
    expect(log.facts).toEqual([UNKNOWN_STATEMENT]);
  });

  it("a statement that is too deep may be any", () => {
    expect(factsOf("postgres_query", { sql: `SELECT ${"NOT ".repeat(1_000)} a` })).toEqual(["?"]);
    expect(factsOf("postgres_query", { sql: `SELECT ${"NOT ".repeat(100)} a` })).toEqual(["select"]);
  });
});
