import { describe, expect, test } from "vitest";
import { MAX_COMMANDS } from "../../../../../src/core/policy/limits.ts";
import { ANYTHING, commandsOf, showCommands, showLine } from "./shown-commands.ts";

/** Longer than the longest readable text. */
const LENGTH = 65_536;

function fill(text: string, length = LENGTH): string {
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

describe("what can't be parsed", () => {
  test.each([
    ["rm 'x", "rm x"],
    ['ls; rm "x', "rm x"],
    ["rm x; if", "rm x"],
    ["rm x )", "rm x"],
    ["rm x; (ls", "rm x"],
    ["rm $(ls", "ls"],
    ["rm x && ", "rm x"],
    ["rm `ls", "ls"],
    ["rm x; ls ${", "rm x"],
  ])("readCommands() reads what it can of %s and says that there may be more", (line, command) => {
    expect(showLine(line)).toContain(command);
    expect(showLine(line).filter((shown) => shown === ANYTHING)).toHaveLength(1);
  });
});

describe("limits", () => {
  test("readCommands() looks at no more commands than fit", () => {
    const all = commandsOf({ command: fill("a;", 2 * MAX_COMMANDS) });
    expect(all).toHaveLength(MAX_COMMANDS);
    expect(showLine(fill("a;", 2 * MAX_COMMANDS))).not.toContain(ANYTHING);
    const tooMany = showLine(fill("a;", 2 * MAX_COMMANDS + 2));
    expect(tooMany).toHaveLength(MAX_COMMANDS + 1);
    expect(tooMany.at(-1)).toBe(ANYTHING);
  });

  test("readCommands() looks at no more places than commands fit", () => {
    const shown = showCommands(Array.from({ length: 2 * MAX_COMMANDS }, () => ({ command: "a" })));
    expect(shown).toHaveLength(MAX_COMMANDS + 1);
    const keys = Object.fromEntries(Array.from({ length: 2 * MAX_COMMANDS }, (_, index) => [`a${index}_command`, "a"]));
    expect(showCommands(keys)).toHaveLength(MAX_COMMANDS + 1);
  });

  test.each([
    [
      "scripts in scripts",
      Array.from({ length: 12 }).reduce<string>((line) => `sh -c ${JSON.stringify(line)}`, "rm x"),
    ],
    ["scripts that run themselves", "eval ".repeat(30)],
    ["substitutions in substitutions", `${"a $(".repeat(20)}rm x${")".repeat(20)}`],
    [
      "functions that call functions",
      `${Array.from({ length: 20 }, (_, index) => `f${index}() { f${index + 1}; }`).join(";")}; f0`,
    ],
    ["programs that run programs", `${"sudo ".repeat(40)}rm x`],
    ["text", `echo ${fill("a")}`],
    ["operators", fill("a;")],
    ["here-documents", fill("cat <<A ")],
    ["arithmetic", `echo ${fill("$((1))", 60_000)}`],
    ["statements without commands", fill("a=b\n", 32_000)],
    ["functions", Array.from({ length: 40 }, (_, index) => `f${index}() { a; }`).join(";")],
    ["definitions of one function", Array.from({ length: 40 }, () => "f() { a; }").join(";")],
    ["aliases", Array.from({ length: 40 }, (_, index) => `alias a${index}=b`).join(";")],
    ["exports", Array.from({ length: 300 }, (_, index) => `export A${index}=b`).join(";")],
    ["words that are read again", `echo ${fill("'a'b ", 60_000)}`],
    ["words in front of an assignment", `A='b' c ${fill("{a,b}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ", 60_000)}`],
    ["words in front of a here-document", `c ${fill("{a,b}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ", 60_000)} <<A\nb\nA`],
    ["values that grow", `a=xxxx;${"a=$a$a;".repeat(40)} rm $a`],
    ["nesting", fill("coproc ")],
    ["functions of functions", fill("f() ")],
    ["sums", `echo $((${"1+".repeat(20_000)}1))`],
  ])("readCommands() can't know what stands behind too many %s", (_, line) => {
    expect(showLine(line)).toContain(ANYTHING);
  });

  test("readCommands() knows variables up to the limit, and the rest not", () => {
    const script = Array.from({ length: 40 }, (_, index) => `v${index}=a`).join(";");
    expect(showLine(`${script}; rm $v0 $v39; HOME=/x; rm ~`).map((shown) => shown.split(" {")[0])).toEqual([
      "rm a ‹?›+",
      "rm /x",
    ]);
  });

  test("readCommands() reads long harmless lines whole", () => {
    const line = Array.from({ length: 100 }, (_, index) => `git add src/file-${index}.ts`).join(" && ");
    expect(showLine(line)).toHaveLength(100);
    expect(showLine(`cat > a.ts <<'E'\n${fill("export const a = { b: [1, 2] };\n", 50_000)}\nE`)).toHaveLength(1);
    expect(showLine(`git commit -m '${fill("word ", 60_000)}'`)).toHaveLength(1);
  });

  test("readCommands() doesn't know what was cut off an input", () => {
    expect(showCommands({ command: "ls", a: "x".repeat(300_000) })).toEqual(["ls", ANYTHING]);
    expect(showCommands({ content: "x".repeat(300_000) }, "write_file")).toEqual([ANYTHING]);
    const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => ({ a: inner }), { command: "rm x" });
    expect(showCommands(deep, "deploy")).toEqual([ANYTHING]);
  });
});

describe("hostile texts", () => {
  const PIECES = [
    ";",
    "a;",
    "{a,b}",
    "{a,",
    "{1..9}",
    '"',
    "'",
    "`",
    "\\`",
    "$(",
    '"$(',
    "$((",
    "(",
    "(a)",
    "${",
    "${a:-",
    '"${a:-',
  ].concat(
    [
      "cat <<A\n",
      "<<A",
      "<<A;",
      "a|",
      "a&&",
      "<(",
      "@(",
      "[",
      "[a-",
      "[[:",
      "*",
      "* ",
      "if ",
      "while ",
      "case a in b) ",
      "{ ",
      "! ",
    ],
    [
      "a=b ",
      "a=b;",
      "a=(",
      "[[ ",
      "1+",
      "for a in ",
      "\n",
      "\\",
      "\\\n",
      "$",
      "$'",
      ">a ",
      ">",
      "{a}>",
      "<<<",
      "#",
      "a ",
      "$a",
      "$(a)",
    ],
    [
      "`a`",
      "~ ",
      "=",
      "done;",
      ")",
      "} ",
      ";; ",
      "&",
      "|&",
      "${ ",
      "\u0001",
      "\ud800",
      "sudo ",
      "env ",
      "eval ",
      "sh -c ",
      "$HOME",
      "$IFS",
    ],
    [
      "cd a;",
      "cd a&&",
      "export a=b;",
      "trap a EXIT;",
      "f(){ a;};",
      "'a'",
      "xargs ",
      "find ",
      "-exec a ; ",
      "su -c ",
      "\\/",
      "system 'a';",
      "curl aaaaaaaa",
    ],
  );

  test.each([
    ["backslashes in braces", `echo {a,${fill("\\")}a}`],
    ["the name of a download", `curl ${fill("a", 60_000)}/`],
    ["slashes in a pattern", `awk '/${fill("\\/", 60_000)}'`],
    ["a name in a string", `python -c 'system("${fill("a", 60_000)}")'`],
    ["statements of one program", `ruby -e '${fill('system "a";', 60_000)}'`],
    ["names that run programs", `python -c '${fill("system=", 60_000)}'`],
    ["strings that name what runs programs", `python -c '${fill('"system(" ', 60_000)}'`],
    ["keys of commands", fill("a")],
  ])("readCommands() reads 64 KiB of %s in little time", (_, line) => {
    const startUs = process.cpuUsage().user;
    expect(commandsOf({ command: line, [`${line}Command`]: "a" }).length).toBeLessThanOrEqual(MAX_COMMANDS + 1);
    expect(process.cpuUsage().user - startUs).toBeLessThan(1_000_000);
  });

  test.each(PIECES)("readCommands() reads 64 KiB of %j in little time", (piece) => {
    const texts = [fill(piece), `echo ${fill(piece)}`, `python -c '${fill(piece.replaceAll("'", '"'), 60_000)}'`];
    const startUs = process.cpuUsage().user;
    for (const text of texts) expect(commandsOf({ command: text }).length).toBeLessThanOrEqual(MAX_COMMANDS + 1);
    // A tenth of it is usual; quadratic time would be seconds.
    expect(process.cpuUsage().user - startUs).toBeLessThan(1_000_000);
  });
});
