import { describe, expect, it } from "vitest";
import { type ShellCommand, UNKNOWN, type Word } from "../../../../../src/core/policy/facets/shell/command.ts";
import { factsOf } from "./facts-of.ts";

/** A word in which `$` stands for what can't be known; it may be several words if it is nothing else. */
function buildWord(text: string): Word {
  return {
    text: text.replaceAll("$", UNKNOWN),
    isOpaque: text.includes("$"),
    isGlob: false,
    mayBeMany: text.startsWith("$"),
  };
}

function buildCommand([program, ...args]: readonly string[], rest: Partial<ShellCommand> = {}): ShellCommand {
  const words = args.map(buildWord);
  return { program, args: words, assignments: [], redirects: [], cwd: ".", stdin: undefined, code: undefined, ...rest };
}

function factsOfCommand(words: readonly string[], rest: Partial<ShellCommand> = {}): readonly string[] {
  return factsOf("bash", {}, [buildCommand(words, rest)]);
}

const DROP = "DROP TABLE t";
const DROPS = ["drop t"];
const FROM_FILE: Partial<ShellCommand> = { redirects: [{ access: "read", target: buildWord("x.sql") }] };
const TO_FILE: Partial<ShellCommand> = { redirects: [{ access: "overwrite", target: buildWord("x.txt") }] };

describe("SQL in the words of clients", () => {
  it.each<[words: readonly string[]]>([
    [["psql", "-c", DROP]],
    [["PSQL.EXE", "-c", DROP]],
    [["psql-16", "-c", DROP]],
    [["psql", `-c${DROP}`]],
    [["psql", `-c=${DROP}`]],
    [["psql", "-Atc", DROP]],
    [["psql", "-U", "-c", "-h", "x", "-c", DROP]],
    [["psql", `--command=${DROP}`]],
    [["psql", "--command", DROP]],
    [["psql", "--comm", DROP, "db"]],
    [["psql", "$URL'", "-c", DROP].map((word) => word.replace("$URL'", "x$"))],
    [["psql", "-c", DROP, "-f", "-"]],
    [["pgcli", "-c", DROP]],
    [["mysql", "-u", "root", "-psecret", "-e", DROP]],
    [["mysql", `-e${DROP}`, "db"]],
    [["mariadb", `--execute=${DROP}`]],
    [["sqlite3", "-header", "-separator", ",", "x.db", DROP]],
    [["sqlite3", "x.db", "SELECT 1", DROP].filter((word) => word !== "SELECT 1")],
    [["sqlite3", "-cmd", DROP, "x.db"]],
    [["duckdb", "-c", DROP]],
    [["duckdb", "x.db", DROP]],
    [["python3", "-m", "sqlite3", "x.db", DROP]],
    [["clickhouse-client", "-q", DROP]],
    [["sqlcmd", "-S", "x", "-Q", DROP]],
    [["snowsql", "-q", DROP]],
    [["bq", "--location", "EU", "query", "--use_legacy_sql=false", DROP]],
    [["cockroach", "sql", "--insecure", "-e", DROP]],
    [["heroku", "pg:psql", "-a", "x", "-c", DROP]],
    [["aws", "rds-data", "execute-statement", "--sql", DROP]],
    [["wrangler", "d1", "execute", "x", "--command", DROP]],
    [["turso", "db", "shell", "x", DROP]],
    [["trino", "--execute", DROP]],
  ])("%j drops a table", (words) => {
    expect(factsOfCommand(words)).toEqual(DROPS);
  });

  it.each<[words: readonly string[], facts: readonly string[]]>([
    [
      ["psql", "-c", "SELECT 1", "-c", DROP],
      ["select", "drop t"],
    ],
    [
      ["psql", "-c", "DROP TABLE $"],
      ["?", "drop *"],
    ],
    [
      ["psql", "-c", "SELECT 1; DROP TABLE $; DELETE FROM t"],
      ["select", "delete t all", "?", "drop *"],
    ],
    [["psql", "-c", "$"], ["?"]],
    [
      ["psql", "$", "-c", "SELECT 1"],
      ["?", "select"],
    ],
    [["psql", "-f", "x.sql"], ["?"]],
    [
      ["psql", "--file=x.sql", "-c", "SELECT 1"],
      ["?", "select"],
    ],
    [["psql", "-c"], []],
    [["psql", "-l", "-c", DROP], []],
    [["psql", "--version"], []],
    [["psql", "-h", "x", "db"], []],
    [["psql", "--", "-c"], []],
    [
      ["psql", "-v", "a=1", "-c", "SELECT :a"],
      ["select", "?"],
    ],
    [["psql", "--set=a=1", "-c", "SELECT 1"], ["select"]],
    [["psql", "-c", "\\dt"], []],
    [["psql", "-c", "\\d+ t"], []],
    [["psql", "-c", "\\! rm -rf /"], ["?"]],
    [["psql", "-c", "\\i x.sql"], ["?"]],
    [["psql", "-c", "\\o | sh"], ["?"]],
    [["psql", "-c", "\\echo `rm x`"], ["?"]],
    [["psql", "-c", "\\dt \\! sh"], ["?"]],
    [["psql", "-c", "\\gexec"], ["?"]],
    [["psql", "-c", "\\set x y"], ["?"]],
    [["psql", "-c", "\\unknown"], ["?"]],
    [
      ["psql", "-c", "\\copy t to 'x.csv' csv"],
      ["copy t", "select t all"],
    ],
    [["psql", "-c", "\\copy t from x"], ["?"]],
    [["psql", "-c", "\\copy t from program 'x'"], ["?"]],
    [["psql", "-c", "\\copy"], ["?"]],
    [["mysql", "-e", "\\! sh"], ["?"]],
    [
      ["mysql", "-e", "SELECT 1 --1; DROP TABLE t"],
      ["select", "drop t"],
    ],
    [["mysql", "--help", "-e", DROP], []],
    [["mysql", "-V"], []],
    [["mysql", "db"], []],
    [["sqlite3", "x.db", ".tables"], []],
    [["sqlite3", "x.db", ".shell rm x"], ["?"]],
    [
      ["sqlite3", "x.db", ".mode csv\nSELECT 1;\n\n.read x\nSELECT 2\n.tables"],
      ["?", "select"],
    ],
    [
      ["sqlite3", "-init", "x.sql", "x.db", "SELECT 1"],
      ["?", "select"],
    ],
    [["sqlite3", "-version"], []],
    [["bq", "ls"], []],
    [["cockroach", "start", "-e", DROP], []],
    [["dropdb", "x"], ["drop *"]],
    [["dropdb", "--help"], []],
    [["createdb", "x"], ["create *"]],
    [["mysqladmin", "-u", "root", "drop", "x"], ["drop *"]],
    [["mysqladmin", "status"], []],
    [["pg_restore", "-d", "x", "x.dump"], ["?"]],
    [["pg_restore", "--dbname=x", "x.dump"], ["?"]],
    [["pg_restore", "-l", "x.dump"], []],
    [["echo", DROP], []],
    [["git", "commit", "-m", DROP], []],
    [["x".repeat(50), "-c", DROP], []],
  ])("%j does %j", (words, facts) => {
    expect(factsOfCommand(words)).toEqual(facts);
  });

  it("an interpreter's program text counts beside its words, also when the interpreter can't be known", () => {
    const code = buildWord(`db.execute('${DROP}')`);
    expect(factsOf("bash", {}, [{ ...buildCommand(["x"], { code }), program: undefined }])).toEqual(DROPS);
    const client = ["python", "-m", "sqlite3", "x.db", DROP];
    expect(factsOfCommand(client, { code: buildWord("print(1)") })).toEqual(DROPS);
  });

  it("a command whose program can't be known is no client", () => {
    expect(factsOf("bash", {}, [{ ...buildCommand(["psql", "-c", DROP]), program: undefined }])).toEqual([]);
  });
});

describe("SQL on the standard input of clients", () => {
  it.each<[words: readonly string[], rest: Partial<ShellCommand>, facts: readonly string[]]>([
    [["psql"], { stdin: buildWord(`SELECT 1;\n${DROP};\n`) }, ["select", "drop t"]],
    [["psql", "-f", "-"], { stdin: buildWord(DROP) }, DROPS],
    [["psql"], { stdin: buildWord(`\\timing\n\\x\nSELECT 1 \\g\n${DROP}\\;SELECT 1\\gx\n\\q`) }, ["select", "drop t"]],
    [["psql"], { stdin: buildWord(`SELECT 1 \\g | sh\n${DROP};`) }, ["select", "drop t", "?"].sort()],
    [["psql"], { stdin: buildWord(`SELECT 1 \\g out.txt\n`) }, ["select", "?"]],
    [["psql"], { stdin: buildWord("$") }, ["?"]],
    [["psql"], { stdin: buildWord("DELETE FROM t WHERE a = '$'") }, ["?", "delete * some?"]],
    [["psql", "-c", "SELECT 1"], { stdin: buildWord(DROP) }, ["select"]],
    [["psql", "-v", "x=1"], { stdin: buildWord("SELECT :x") }, ["select", "?"]],
    [["psql"], FROM_FILE, ["?"]],
    [["psql", "-c", "SELECT 1"], FROM_FILE, ["select"]],
    [["psql", "-c", "SELECT 1"], TO_FILE, ["select"]],
    [["psql"], TO_FILE, []],
    [["sqlite3", "x.db"], { stdin: buildWord(DROP) }, DROPS],
    [["mysql", "x"], { stdin: buildWord(`${DROP};`) }, DROPS],
    [["sqlplus", "-s", "a/b"], { stdin: buildWord(DROP) }, DROPS],
    [["cat"], { stdin: buildWord(DROP) }, []],
  ])("%j with %j does %j", (words, rest, facts) => {
    expect([...factsOfCommand(words, rest)].sort()).toEqual([...facts].sort());
  });
});

describe("SQL in program texts", () => {
  it.each<[code: string, facts: readonly string[]]>([
    [`import sqlite3; sqlite3.connect('x').execute('${DROP}')`, DROPS],
    [`cur.execute("""\n${DROP}\n""")`, DROPS],
    [`pg.query(\`DELETE FROM t\`)`, ["delete t all"]],
    [`cur.execute(f"DROP TABLE {name}")`, ["?", "drop *"]],
    [`cur.execute("DELETE FROM t WHERE id = %s", (5,))`, ["delete t"]],
    [`db.exec("SELECT 1"); db.exec("update t set a = 1")`, ["select", "update t all"]],
    [`cur.execute("alter the world")`, ["?", "alter *"]],
    [`print('${DROP}')`, []],
    [`db.find("drop"); log("select the right one")`, ["?"]],
    ["db.find('dropped'); x = 'created by'", []],
    [UNKNOWN, []],
  ])("code %j does %j", (code, facts) => {
    expect(factsOfCommand(["node", "-e", "x"], { code: buildWord(code) })).toEqual(facts);
  });
});
