import { describe, expect, it } from "vitest";
import { factsOf } from "./facts-of.ts";

const DROP = "DROP TABLE t";
const DROPS = ["drop t"];

describe("SQL in the input of a tool", () => {
  it.each<[action: string, input: unknown]>([
    ["postgres_query", DROP],
    ["mcp__db__run", { sql: DROP }],
    ["execute_sql", { query: DROP }],
    ["runQuery", { statement: DROP }],
    ["sqlite", { rawSql: DROP }],
    ["db.exec", { sql_query: DROP }],
    ["database", { queries: [DROP] }],
    ["database", { statements: ["SELECT 1", DROP] }],
    ["database", { statements: [{ sql: DROP, params: [1] }] }],
    ["database", { a: { b: { query: { text: DROP, values: [1] } } } }],
    ["database", { command: DROP, target: "main" }],
    ["database", { q: DROP, target: "main" }],
    ["database", { text: DROP, target: "main" }],
    ["database", { script: DROP, target: "main" }],
    ["database", { body: DROP, target: "main" }],
    ["database", { raw: DROP, target: "main" }],
    ["database", { sql_text: DROP, target: "main" }],
    ["database", { payload: DROP, target: "main" }],
    ["database", { payload: `-- all of it\n${DROP}`, target: "main" }],
    ["search_database", { query: DROP }],
    ["search_database", { sql: DROP }],
    ["database", { value: DROP }],
    ["database", { anything: [DROP] }],
    ["database", [DROP]],
    ["database", ["SELECT 1", DROP]],
  ])("%s %j drops a table", (action, input) => {
    expect(factsOf(action, input)).toContain("drop t");
  });

  it.each<[action: string, input: unknown]>([
    ["read_notes", { text: DROP }],
    ["credit_lookup", { sql: DROP }],
    ["web_search", { q: DROP }],
    ["bash", { command: `echo "${DROP}"` }],
    ["postgres_query", {}],
    ["postgres_query", null],
    ["postgres_query", 5],
    ["postgres_query", { sql: 5, limit: 10, dry: true, more: null }],
    ["postgres_query", { sql: " -- nothing" }],
    ["db_insert", { table: "notes", values: { body: DROP, query: DROP } }],
    ["db_insert", { table: "notes", rows: [[DROP]], mode: "x" }],
    ["db_insert", { table: "notes", record: DROP }],
    ["db_note", { title: DROP, description: DROP }],
    ["search_database", { query: "customers in Berlin" }],
    ["search_database", "customers in Berlin"],
    ["db_note", { body: "# Plans\nbuy milk", author: "ann" }],
    ["db_note", { title: DROP }],
    ["db_note", { "": "nothing", "--": "more" }],
    ["db_get", { table: "users" }],
    ["db_get", { table: "users", mode: "begin" }],
    ["db_get", { table: "users", text: "find the users of yesterday" }],
    ["db_get", { where: "drop it like it is hot", order: "by name" }],
    ["db_get", { ["x".repeat(200)]: "no words of this are SQL", b: "c" }],
  ])("%s %j runs no SQL", (action, input) => {
    expect(factsOf(action, input)).toEqual([]);
  });

  it.each<[action: string, input: unknown, facts: readonly string[]]>([
    ["postgres_query", { sql: "DROP TABLE a", query: "DROP TABLE b" }, ["drop a", "drop b"]],
    ["postgres_query", { sql: "INSERT INTO t VALUES ($1)", params: [DROP] }, ["insert t"]],
    ["postgres_query", { sql: "DELTE FROM t" }, ["?"]],
    ["postgres_query", { query: "users of yesterday" }, ["?"]],
    ["postgres_query", "users of yesterday", ["?"]],
    ["search_database", { query: "ＤＲＯＰ TABLE t" }, ["?"]],
    ["search_database", { query: "\ufeffDROP\u00a0TABLE t" }, ["?"]],
    ["search_database", { sql: "customers in Berlin" }, ["?"]],
    ["database", { text: "update the documents" }, ["?", "update * some?"]],
    ["database", { payload: "DROP TABLE t LIMIT", target: "main" }, []],
    ["database", { payload: "SHOW all", target: "main" }, ["show"]],
    ["database", { statements: ["PREPARE p AS SELECT 1", "EXECUTE p"] }, ["prepare", "execute *"]],
    ["database", { ["x".repeat(200)]: DROP, b: "c" }, DROPS],
  ])("%s %j does %j", (action, input, facts) => {
    expect(factsOf(action, input)).toEqual(facts);
  });

  it("what lies beyond the limit of 64 KiB may be anything, and its beginning counts", () => {
    const long = `INSERT INTO t VALUES ('${"x".repeat(65_536)}')`;
    expect(factsOf("database", { sql: long })).toEqual(["?", "insert *"]);
    expect(factsOf("database", { sql: DROP, blob: long })).toEqual(["drop t", "?", "insert *"]);
    expect(factsOf("database", { blob: "x".repeat(65_536), sql: DROP })).toEqual(DROPS);
    expect(factsOf("database", { sql: DROP, blob: `y${"x".repeat(65_536)}` })).toEqual(DROPS);
    expect(factsOf("database", { sql: " ".repeat(65_537) })).toEqual(["?"]);
    expect(factsOf("database", { text: "x".repeat(65_537), mode: "y" })).toEqual([]);
    expect(factsOf("database", { sql: `SELECT '${"x".repeat(60_000)}'` })).toEqual(["select"]);
  });

  it("what the input's reader left out may be anything", () => {
    const cycle: Record<string, unknown> = { sql: "SELECT 1" };
    cycle["more"] = cycle;
    expect(factsOf("database", cycle)).toEqual(["?", "select"]);
  });

  it("more keys than any tool has are taken for others", () => {
    const keys = Array.from({ length: 600 }, (_, index) => [`k${index}`, "x"]);
    expect(factsOf("database", Object.fromEntries([...keys, ["sql", DROP], ["x", DROP]]))).toEqual(DROPS);
    expect(factsOf("database", Object.fromEntries([...keys, ["sql", "DELTE"], ["x", "DELTE"]]))).toEqual(["?"]);
  });

  it("more texts and statements than a person could review may be anything", () => {
    const texts = (text: string) =>
      Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${index}`, `${text} ${index}`]));
    expect(factsOf("database", { ...texts("select"), last: DROP })).toEqual(["select", "?", "drop *"]);
    expect(factsOf("database", { ...texts("hello"), last: DROP })).toEqual(DROPS);
    expect(factsOf("database", { ...texts("-- hello"), last: DROP })).toEqual(["?", "drop *"]);
  });
});
