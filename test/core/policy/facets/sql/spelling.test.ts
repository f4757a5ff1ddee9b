import { describe, expect, it } from "vitest";
import { factsOf, factsOfSql } from "./facts-of.ts";

describe("statements of a text", () => {
  it.each<[sql: string, facts: readonly string[]]>([
    ["", []],
    [" \n;; -- nothing\n/* at all */;", []],
    ["drop table t", ["drop t"]],
    ["DROP/**/TABLE/* */t", ["drop t"]],
    ["DROP--\nTABLE t", ["drop t"]],
    ["DR/**/OP TABLE t", ["?"]],
    ["drop\ttable\r\n\f\vt", ["drop t"]],
    ["drop\u00a0table t", ["?"]],
    ["\uff24ROP TABLE t", ["?"]],
    ["dr\u200bop table t", ["?"]],
    ["select 1; drop table t;", ["select", "drop t"]],
    ["select 1;drop table t;selec 2", ["select", "drop t", "?"]],
    ["select ';drop table t'", ["select"]],
    ["select 'it''s; drop table t'", ["select"]],
    [`select 1 as "a;drop table t"`, ["select"]],
    [`select 1 as "a"";drop table t"`, ["select"]],
    ["select $$;drop table t$$, $a$ $$;drop table t;$a$", ["select"]],
    ["select $1; drop table t; select $1", ["select", "drop t"]],
    ["select a$$b$$ from t; drop table x", ["select t all", "drop x"]],
    ["select e'it\\'s; drop table t'", ["select"]],
    ["select E'a'\n'\\'; drop table t; --'", ["select"]],
    ["select E'a' '\\'; drop table t; --'", ["drop t", "?"]],
    ["select 'a'\n'b'", ["select"]],
    ["select 'a' /* x */ 'b'", ["?"]],
    ["select U&'\\0041', U&\"\\0041\", N'x', B'1', x'a', e.e, u.u from e, u", ["select e all", "select u all"]],
    ["select u & '1' from u", ["select u all"]],
    ['drop table U&"\\0074"', ["drop t"]],
    ["delete from t where a = '--'; drop table x", ["delete t", "drop x"]],
    ["select a /* drop table t; */ - -- drop table t;\n 1", ["select"]],
    ["select 5-- comment\r; drop table t", ["select", "drop t"]],
    ["select 1 */* x */2", ["select"]],
    ["select .5, 1.5e3, 0x1f, 1_000, a[1:2], b::int from t", ["select t all"]],
    ["select a:b c d", ["?"]],
    ["select : a", ["?"]],
    ["select $", ["?"]],
    ["select ~~~ a", ["select"]],
    [`select ${"+".repeat(64)}a`, ["?"]],
    [
      "create rule r as on insert to t do also (delete from o; delete from p)",
      ["create t", "delete o all", "delete p all"],
    ],
    ["select (1; drop table t", ["?", "drop *"]],
    ["create function f() returns int begin atomic select 1; end", ["transaction", "?", "create *"]],
    ["select 'not closed; drop table t", ["?"]],
    ['select "not closed; drop table t', ["?"]],
    ["select `not closed; drop table t", ["?"]],
    ["select $$not closed; drop table t", ["?"]],
    ["select 1 /* not closed; drop table t", ["select"]],
    ["drop table `a``b`, `c d`", ["drop a`b", "drop c d"]],
    ['drop table `a"b`', ['drop "a""b"']],
    ["select 1\u0000; drop table t", ["drop t", "?"]],
    ["drop table t\u0000", ["?", "drop *"]],
    ["\u0000drop table t", ["?"]],
    ["{{ sql }}", ["?"]],
    ["select * from t where id = ${id}", ["?"]],
    ["select '\ud800'", ["select"]],
  ])("%j is %j", (sql, facts) => {
    expect(factsOfSql(sql)).toEqual(facts);
  });

  it.each<[sql: string, facts: readonly string[]]>([
    ["delete from t where id = ?", ["delete t"]],
    ["delete from t where id=?", ["delete t"]],
    ["insert into t values (?, ?,?)", ["insert t"]],
    ["delete from t where id = ?1 and b=?2", ["delete t"]],
    ["delete from t where id = :id and b=:b", ["delete t"]],
    ["delete from t where id = %s and b=%s", ["delete t"]],
    ["delete from t where id = %(id)s", ["delete t"]],
    ["delete from t where id = @id", ["delete t"]],
    ["delete from t where id=@id", ["delete t"]],
    ["delete from t where id = $id", ["delete t"]],
    ["select @@version", ["select"]],
    ["delete from t where ?", ["delete t some?"]],
    ["delete from t where a ? 'b'", ["delete t"]],
    ["delete from t where a ?| array['b']", ["delete t"]],
    ["delete from t where a ?& array['b']", ["delete t"]],
    ["delete from t where a @> b and b <@ a", ["delete t"]],
    ["select 5 %s, 5%d, 5 %(a), 5 %(a+b) from x", ["select x all"]],
    ["select '?', ':a', '%s' from x", ["select x all"]],
    ["delete from ?", ["?", "delete * some?"]],
  ])("%j with placeholders is %j", (sql, facts) => {
    expect(factsOfSql(sql)).toEqual(facts);
  });

  it.each<[sql: string, facts: readonly string[]]>([
    ["delete from t limit 5", ["?", "delete * some?"]],
    ["update t set a = 1 limit 5", ["?", "update * some?"]],
    ["truncate table t drop storage", ["?", "truncate * all"]],
    ["ALTER TABLE t MODIFY a INT", ["?", "alter *"]],
    ["CREATE TABLE t (id INT AUTO_INCREMENT)", ["?", "create *"]],
    ["RENAME TABLE a TO b", ["?", "rename *"]],
    ["EXEC xp_cmdshell 'dir'", ["?", "call *"]],
    ["DROP TABLE t\nGO", ["?", "drop *"]],
    ["(DROP TABLE [t])", ["?", "drop *"]],
    ["REPLACE INTO t VALUES (1)", ["?"]],
    ["USE other", ["?"]],
    ["constructor x", ["?"]],
    ["BEGIN EXECUTE IMMEDIATE 'DROP TABLE t'; END;", ["transaction", "?"]],
    ["select 1 into outfile '/tmp/x'", ["?"]],
  ])("%j, which the parser refuses, is %j", (sql, facts) => {
    expect(factsOfSql(sql)).toEqual(facts);
  });
});

describe("texts that servers read differently", () => {
  it.each<[sql: string, facts: readonly string[]]>([
    ["select 'a\\'' ; drop table x -- '", ["select", "drop x"]],
    ["select 'a\\'; drop table x; -- '", ["select", "drop x"]],
    ['select "a\\"" ; drop table x -- "', ["select", "drop x"]],
    ["update t set a = 'it\\'s' where id = 1", ["update t"]],
    ["update t set a = 'C:\\dir\\' where id = 1", ["update t"]],
    ["update t set a = 'x\\n\\t\\%' where id = 1", ["update t"]],
    ["select 1 --1; drop table x", ["select", "drop x"]],
    ["select 1 --comment", ["select"]],
    ["select 1 --don't; see below", ["select"]],
    ["select 1 --x; rename table a to b", ["select", "?"]],
    ["select a --1 into outfile '/tmp/x'\nfrom t", ["select t all", "?"]],
    ["select 1 # drop table x", ["select"]],
    ["update t set a = 1 # where id = 1", ["update t all", "update * some?"]],
    ["update t set a = 1 #2 where id = 1", ["update t", "update t all"]],
    ["select data #>> '{a}' from t", ["select t all", "select"]],
    ["update t set a = 1 where id = 5 || true", ["update t", "update t all"]],
    ["update t set a = 1 where id = 5 && true", ["update t"]],
    ["update t set a = b || c where id = 5", ["update t"]],
    ["update t set a='\\'' limit 9 -- ' where id = 1", ["update t", "update * some?"]],
    ["/* /* */ drop table x; -- */", ["?"]],
    ["select 1 /*!50000 ; drop table x */", ["select", "?"]],
    ["select 1 /*M! ; drop table x */", ["select", "?"]],
    ["select /*+ hint */ 1", ["select"]],
    ["set standard_conforming_strings = off; select 'a\\'' ; drop table x -- '", ["set", "select", "drop x"]],
  ])("%j is what any of them would run: %j", (sql, facts) => {
    expect(factsOfSql(sql)).toEqual(facts);
  });

  it.each<[action: string, sql: string, facts: readonly string[]]>([
    ["postgres_query", "select 'a\\'' ; drop table x -- '", ["select"]],
    ["postgres_query", "/* /* */ drop table x; -- */", []],
    ["postgres_query", "select 1 /*! drop table x */", ["select"]],
    ["postgres_query", "select 1 --1; drop table x", ["select"]],
    [
      "postgres_query",
      "set standard_conforming_strings = off; select 'a\\'' ; drop table x -- '",
      ["set", "select", "drop x"],
    ],
    ["mysql_query", "select 'a\\'; drop table x; -- '", ["select"]],
    ["mysql_query", "select 1 --1; drop table x", ["select", "drop x"]],
    ["mysql_query", "select 1 -- 1; drop table x", ["select"]],
    ["mysql_query", "select 1 --", ["select"]],
    ["mysql_query", "select 1---1", ["select"]],
    ["mysql_query", 'update t set a = 1 where "a" = "a"', ["update t all"]],
    ["mysql_query", 'update t set a = 1 where "a" <> "b"', ["update t all"]],
    ["mysql_query", "set sql_mode = 'ANSI_QUOTES'; update \"t\" set a = 1", ["set", "update t all", "update * some?"]],
    ["mysql_postgres_query", "select 1 --1; drop table x", ["select", "drop x"]],
  ])("%s %j is %j, since the server is known", (action, sql, facts) => {
    expect(factsOf(action, { sql })).toEqual(facts);
  });
});

describe("long lists", () => {
  const rows = (row: (index: number) => string): string =>
    `INSERT INTO t VALUES ${Array.from({ length: 600 }, (_, index) => row(index)).join(", ")}`;
  const numbers = Array.from({ length: 3_000 }, (_, index) => index).join(",");

  it.each<[what: string, sql: string, facts: readonly string[]]>([
    ["30 KiB of rows", rows((index) => `(${index}, 'a ''${index}', NULL, TRUE, -1.5, now(), DEFAULT)`), ["insert t"]],
    ["rows of texts that look like SQL", rows((index) => `(${index}, 'drop table x; ${index}')`), ["insert t"]],
    ["rows that call something", rows((index) => `(${index}, lo_import('${index}'))`), ["insert t", "server_file *"]],
    [
      "an odd row behind many",
      `${rows((index) => `(${index})`)}, (lo_import('x')); DROP TABLE x`,
      ["insert t", "server_file *", "drop x"],
    ],
    [
      "rows that read",
      `INSERT INTO t VALUES ${"(1, 'x'),".repeat(50)} ((SELECT a FROM x)), ((SELECT a FROM y WHERE id = 1))`,
      ["insert t", "select x all", "select y"],
    ],
    [
      "rows that read with another literal",
      `INSERT INTO t VALUES ${"(1, 'x'),".repeat(50)} ((SELECT a FROM x WHERE 1 = 2)), ((SELECT a FROM x WHERE 1 = 1))`,
      ["insert t", "select x", "select x all"],
    ],
    ["a long IN", `DELETE FROM t WHERE id IN (${numbers})`, ["delete t"]],
    ["a constant that may be in a long IN", `DELETE FROM t WHERE 1 IN (${"2,".repeat(100)} 1)`, ["delete t some?"]],
    ["a column in a long IN", `DELETE FROM t WHERE id IN (${"2,".repeat(100)} id)`, ["delete t all"]],
    ["two long lists", `SELECT ${"1, ".repeat(100)} a, ${"2, ".repeat(100)} b FROM t`, ["select t all"]],
    ["a long row", `INSERT INTO t VALUES (${"1, ".repeat(100)} 2)`, ["insert t"]],
    ["a row without end", "INSERT INTO t VALUES (1, 2, 3, 4, 5, 6, 7, 8", ["?", "insert *"]],
    ["rows without end", "INSERT INTO t VALUES (1, 2, 3, 4, 5, 6, 7, 8), (", ["?", "insert *"]],
  ])("%s keeps what it does", (_what, sql, facts) => {
    expect(factsOfSql(sql)).toEqual(facts);
  });
});
