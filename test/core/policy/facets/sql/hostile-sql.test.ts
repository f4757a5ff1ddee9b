import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FactLog } from "../../../../../src/core/policy/facets/sql/fact-log.ts";
import { parsePostgres } from "../../../../../src/core/policy/facets/sql/postgres-parser.ts";
import { walkStatement } from "../../../../../src/core/policy/facets/sql/tree/walk-statement.ts";
import { factsOf, factsOfSql } from "./facts-of.ts";

/** As many as fit the limit of 64 KiB. */
function fill(piece: string): string {
  return piece.repeat(Math.floor(60_000 / piece.length));
}

function list(count: number, item: (index: number) => string, separator = ","): string {
  return Array.from({ length: count }, (_, index) => item(index)).join(separator);
}

/** Texts that cost the parser much or exhaust it, if it gets them as they are. */
const HOSTILE: readonly (readonly [what: string, sql: string])[] = [
  ["a sum", `SELECT ${fill("1+")}1`],
  ["texts joined", `UPDATE t SET a = 1 WHERE a = ${fill("a||")}a`],
  ["casts", `SELECT a${fill("::a")}`],
  ["parentheses", fill("(")],
  ["negations", `SELECT ${fill("NOT ")}a`],
  ["subqueries", fill("SELECT (")],
  ["conditions", `UPDATE t SET a = 1 WHERE ${fill("a = 1 OR ")}a = 1`],
  ["other conditions", `UPDATE t SET a = 1 WHERE ${list(4_000, (index) => `c${index} = ${index}`, " OR ")}`],
  ["comparisons inside each other", `UPDATE t SET a = 1 WHERE ${fill("(a = ")}a`],
  ["EXISTS inside each other", `UPDATE t SET a = 1 WHERE ${fill("EXISTS (SELECT 1 FROM t WHERE ")}a`],
  ["branches", `UPDATE t SET a = 1 WHERE ${fill("CASE WHEN a THEN ")}1`],
  ["the same statement", fill("SELECT 1;")],
  ["other statements", list(4_000, (index) => `SELECT ${index}`, ";")],
  ["drops", list(3_500, (index) => `DROP TABLE t${index}`, ";")],
  ["nonsense", fill("a;")],
  ["words", fill("a ")],
  ["columns", `SELECT ${fill("a,")}a`],
  ["rows", `INSERT INTO t VALUES ${list(4_000, (index) => `(f${index}(1))`)}`],
  ["named queries", `WITH ${list(2_500, (index) => `a${index} AS (SELECT 1)`)} SELECT 1`],
  ["unions", `${fill("SELECT 1 UNION ")}SELECT 1`],
  ["joins", `SELECT * FROM t${fill(" JOIN t ON a")}`],
  ["comments inside each other", fill("/*")],
  ["closed comments inside each other", `/*${fill("/**/")}*/`],
  ["comments", fill("/**/")],
  ["lines of comments", fill("--x\n")],
  ["an operator", `SELECT ${fill("+")}1`],
  ["quotes", fill("'")],
  ["double quotes", fill('"')],
  ["backticks", fill("`")],
  ["backslashes", `SELECT '${fill("\\'")}`],
  ["dollars", fill("$$")],
  ["tags", fill("$a$")],
  ["percent signs", fill("%s")],
  ["question marks", fill("?,")],
  ["commands of psql", fill("\\d\n")],
  ["zeros", fill("\0")],
  ["a number", fill("1")],
  ["letters of other scripts", fill("é")],
];

describe("hostile SQL", () => {
  it.each(HOSTILE)("%s is read in time, on every server", (_what, sql) => {
    for (const action of ["postgres_query", "mysql_query", "db_query"]) {
      const start = process.cpuUsage();
      factsOf(action, { sql });
      const { user, system } = process.cpuUsage(start);
      // Far more than it takes, since other tests run beside this one; what takes quadratic time takes seconds.
      expect((user + system) / 1_000).toBeLessThan(1_000);
    }
  });

  it("the parser reads on after 2,000 hostile texts, in little more memory", () => {
    const run = (count: number): number => {
      for (let index = 0; index < count; index += 1) {
        const [, sql] = HOSTILE[index % HOSTILE.length] ?? ["", ""];
        factsOf("postgres_query", { sql: sql.slice(0, 12_000) });
      }
      return process.memoryUsage().arrayBuffers;
    };
    const before = run(400);
    expect(run(1_600) - before).toBeLessThan(50_000_000);
    expect(factsOfSql("DELETE FROM t WHERE id = 5; DROP TABLE x")).toEqual(["delete t", "drop x"]);
  });

  it("the parser is given no more than it can bear", () => {
    for (const piece of ["1+", "a||", "NOT ", "- ", "(", "f(", "a::a::", "ARRAY[", "CASE WHEN a THEN ", "SELECT ("]) {
      for (const length of [2_000, 3_900, 4_100]) {
        const words = piece.split(/(?<=[^\w]|\s)/).length;
        factsOfSql(`SELECT ${piece.repeat(Math.floor(length / words))}`);
        factsOfSql(`SELECT ${piece.repeat(Math.floor(length / words))}1`);
      }
    }
    expect(factsOfSql("SELECT 1")).toEqual(["select"]);
  });
});

const PIECES = [
  "DROP TABLE t",
  "DELETE FROM t",
  "SELECT",
  " a ",
  "UPDATE t SET a = 1 WHERE",
  "INSERT INTO t VALUES",
  "1",
  ";",
  " ",
  "\n",
  "\r",
  "'",
  "''",
  '"',
  "--",
  "/*",
  "*/",
  "$$",
  "$a$",
  "E'",
  "U&'",
  'U&"',
  "\\",
  "#",
  "+",
  "-",
  "/",
  "*",
  "?",
  ":",
  "::",
  ",",
  "(",
  ")",
  "%s",
  "@",
  "`",
  "||",
  "=",
  "é",
  "\u00a0",
  "null",
];

/** Statements with odd spaces, comments and texts between them; the parser takes most of them. */
const anyStatements = fc
  .array(
    fc.tuple(
      fc.constantFrom("SELECT 'x'", "DROP TABLE t", "DELETE FROM t WHERE a = $$x$$", "SELECT E'x'", 'SELECT 1 AS "x"'),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 3 }).map((pieces) => pieces.join("")),
      fc.constantFrom(";", ";--\n", "; /* */", " /* ; */ ;", "\n;\n", "-- ;\n;", "\r;"),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((statements) => statements.map(([sql, inside, end]) => sql.replace("x", inside) + end).join(""));

const anyPieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(""));

describe("any text", () => {
  it("readStatements() misses nothing that the parser finds in a text as it stands", () => {
    let found = 0;
    fc.assert(
      fc.property(fc.oneof(anyStatements, anyPieces), (sql) => {
        const statements = parsePostgres(sql);
        if (statements === undefined || statements.length === 0) return;
        found += 1;
        const log = new FactLog();
        const session = { prepared: new Set<string>(), hasNewSearchPath: false };
        for (const statement of statements) walkStatement(statement, log, session);
        const facts = factsOf("postgres_query", { sql });
        const kinds = log.facts.map(({ kind }) => kind ?? "?");
        if (!facts.includes("?"))
          expect(facts.map((fact) => fact.split(" ")[0])).toEqual(expect.arrayContaining(kinds));
      }),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(300);
  });

  it("readStatements() reads what the parser takes", () => {
    fc.assert(
      fc.property(anyStatements, (sql) => {
        if (parsePostgres(sql) !== undefined) expect(factsOf("postgres_query", { sql })).not.toContain("?");
      }),
      { numRuns: 1_000 },
    );
  });

  it("readStatements() throws nothing, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(anyPieces, fc.string({ unit: "binary" })),
        fc.constantFrom("db", "mysql", "pg"),
        (sql, action) => {
          expect(factsOf(action, { sql, text: sql, value: { a: [sql] } })).toBeInstanceOf(Array);
        },
      ),
    );
  });
});
