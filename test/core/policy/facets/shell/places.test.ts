import { describe, expect, test } from "vitest";
import { ANYTHING, showCommands } from "./shown-commands.ts";

describe("keys of commands, for any action", () => {
  test.each([
    "command",
    "cmd",
    "COMMAND",
    "Command",
    "commands",
    "cmds",
    "command_line",
    "commandLine",
    "cmdline",
    "shell",
    "shellCommand",
    "shell-command",
    "shell command",
    "bash",
    "bash_command",
    "exec",
    "argv",
    "script",
    "startCommand",
    "pre_deploy_commands",
    "run_script",
  ])("readCommands() reads what stands under %s", (key) => {
    expect(showCommands({ [key]: "rm -rf /" }, "billing.refund")).toEqual(["rm -rf /"]);
    expect(showCommands({ a: [{ b: { [key]: ["rm -rf /"] } }] }, "billing.refund")).toEqual(["rm -rf /"]);
  });

  test.each([
    "note",
    "command_description",
    "commandId",
    "shell_id",
    "recommand",
    "commander",
    "input",
    "code",
    "text",
    "program",
    "file",
  ])("readCommands() reads nothing of %s of a tool that is no shell", (key) => {
    expect(showCommands({ [key]: "rm -rf /" }, "billing.refund")).toEqual([]);
  });

  test.each([[1], [true], [null], [{}], [[]], [[1, 2]], [[{ a: "b" }]], [""], ["  \n"], [["", " "]], [{ a: "rm" }]])(
    "readCommands() finds no command in %j",
    (value) => {
      expect(showCommands({ command: value }, "deploy")).toEqual([]);
    },
  );

  test("readCommands() reads several places in order", () => {
    const input = { command: "a", next: { cmd: "b" }, steps: [{ run_command: "c" }, { command: ["d", "e"] }] };
    expect(showCommands(input, "ci")).toEqual(["a", "b", "c", "d e"]);
  });

  test("readCommands() takes a script of a browser or a database for none of a shell's", () => {
    expect(showCommands({ script: "document.querySelector('a')" }, "browser_evaluate")).toEqual([]);
    expect(showCommands({ script: "select 1" }, "run_sql")).toEqual([]);
    expect(showCommands({ command: "rm x" }, "browser_run")).toEqual(["rm x"]);
  });
});

describe("lists and arguments", () => {
  test.each<[unknown, string[]]>([
    [["rm", "-rf", "/"], ["rm -rf /"]],
    [["rm -rf /"], ["rm -rf /"]],
    [
      ["git status", "git push -f"],
      ["git status", "git push -f"],
    ],
    [
      ["bash", "-c", "rm -rf /"],
      ['bash -c "rm -rf /"', "rm -rf /"],
    ],
    [["git", "commit", "-m", "rm -rf /; x"], ['git commit -m "rm -rf /; x"']],
    [
      ["ls", "rm -rf /"],
      ['ls "rm -rf /"', "ls", "rm -rf /"],
    ],
    [["ls"], ["ls"]],
    [["kill", 9], ["kill 9"]],
    [["cat", "~/.ssh/id", "$HOME/.aws", "${HOME}/x", "$HOMER", "*"], ["cat ~/.ssh/id ~/.aws ~/x $HOMER *"]],
    [
      ["cd /etc && ls", "rm x"],
      ["cd /etc", "ls @/etc", "rm x @/etc", "rm x"],
    ],
    [["echo 'a", "b'"], ['echo "a\\nb"']],
    [
      ["sudo", "rm", "x"],
      ["sudo rm x", "rm x"],
    ],
    [["cd", "/etc"], ["cd /etc"]],
    [["rm\u0000", "x\r\n"], ['rm "x\\n"']],
  ])("readCommands() reads the list %j", (command, commands) => {
    expect(showCommands({ command })).toEqual(commands);
    expect(showCommands(command)).toEqual(commands);
  });

  test.each<[unknown, string[]]>([
    [
      ["rm", "-rf", "x"],
      ["rm -rf x", "rm", "-rf", "x"],
    ],
    [
      ["make", "test"],
      ["make", "test"],
    ],
    [
      ["git status", "rm x"],
      ["git status", "rm x"],
    ],
  ])("readCommands() reads the list %j of commands", (commands, shown) => {
    expect(showCommands({ commands })).toEqual(shown);
    expect(showCommands({ script: commands })).toEqual(shown);
  });

  test.each<[unknown, string[]]>([
    [{ command: "rm", args: ["-rf", "/"] }, ["rm -rf /"]],
    [{ command: "rm", arguments: "-rf /" }, ["rm -rf /"]],
    [{ command: "git push", args: ["-f", "a b"] }, ['git push -f "a b"']],
    [{ command: "bash", args: ["-c", "rm x"] }, ['bash -c "rm x"', "rm x"]],
    [{ command: ["git"], args: ["push", "-f"] }, ["git push -f"]],
    [{ command: ["git", "-p"], args: ["push"] }, ["git -p push"]],
    [{ command: "C:\\Git\\git.exe", args: ["push"] }, ["git push"]],
    [{ command: "echo", args: ["it's", "~", "", "*"] }, ['echo it\'s ~ "" *']],
    [{ command: "git log", args: ["it's", "~/a", "~", ""] }, ['git log it\'s ~/a ~ ""']],
    [{ command: "a", args: "b", flags: ["-c"] }, ["a b -c"]],
    [{ program: "rm", args: ["x"] }, ["rm x"]],
    [{ executable: "rm", arguments: ["x"] }, ["rm x"]],
    [{ file: "rm", args: "x" }, ["rm x"]],
    [{ command: "rm", args: { recursive: true } }, ["rm"]],
    [{ args: { command: "rm x" } }, ["rm x"]],
    [{ command: "rm", args: [] }, ["rm"]],
  ])("readCommands() reads %j", (input, commands) => {
    expect(showCommands(input, "deploy")).toEqual(commands);
  });
});

describe("shell tools", () => {
  test.each<[unknown, string[]]>([
    ["rm -rf /", ["rm -rf /"]],
    [{ input: "rm -rf /" }, ["rm -rf /"]],
    [{ text: "rm -rf /" }, ["rm -rf /"]],
    [{ cell: "rm -rf /" }, ["rm -rf /"]],
    [{ code: "rm -rf /" }, ["rm -rf /"]],
    [{ a: { b: ["rm -rf /"] } }, ["rm -rf /"]],
    [
      [{ a: "rm x" }, "rm y", 3],
      ["rm y", "3", "rm x"],
    ],
    [{ args: ["rm", "-rf", "/"] }, ["rm -rf /"]],
    [{ command: "", input: "rm x" }, ["rm x"]],
    [
      {
        description: "it's fine",
        cwd: "/x",
        timeout: 3,
        session_id: "a'b",
        language: "bash",
        env: { A: "b" },
        x: "rm y",
      },
      ["rm y @/x {A=b}"],
    ],
    [{ command: "ls", text: "it's", description: "it's" }, ["ls"]],
    [{ description: "it's" }, []],
    [{}, []],
    [3, []],
    [null, []],
    [{ code: "rm x", language: "sh" }, ["rm x"]],
    [{ code: "print(1)", language: "Python" }, ["python -c print(1) code:print(1)"]],
    [
      { code: "import os; os.system('rm x')", language: "python" },
      [`python -c "import os; os.system('rm x')" code:"import os; os.system('rm x')"`, "rm x"],
    ],
    [{ code: "system('rm x')", lang: "rust" }, [`rust -e "system('rm x')"`, ANYTHING]],
    [{ code: " ", language: "python" }, []],
    [{ language: "", code: "rm x" }, ["rm x"]],
  ])("readCommands() reads %j of a shell tool", (input, commands) => {
    expect(showCommands(input, "execute_bash")).toEqual(commands);
  });

  test("readCommands() reads the program text of an interpreter's tool", () => {
    const code = "require('child_process').execSync('rm x')";
    expect(showCommands({ code }, "execute_javascript_code")).toEqual([
      `node -e ${JSON.stringify(code)} code:${JSON.stringify(code)}`,
      "rm x",
    ]);
    expect(showCommands({ code: "import os\nos.system('rm x')" }, "run_python_code")).toContain("rm x");
    expect(showCommands({ code: "rm x" }, "run_bash_or_python_code")).toEqual(["rm x"]);
  });
});

describe("what surrounds a command", () => {
  test.each<[unknown, string[]]>([
    [{ command: "ls", cwd: "/etc" }, ["ls @/etc"]],
    [{ command: "ls", workingDirectory: "~/a/../b" }, ["ls @~/b"]],
    [{ command: "ls", workdir: "$HOME/a" }, ["ls @~/a"]],
    [{ command: "ls", dir: "sub", command_id: "x" }, ["ls @sub"]],
    [{ command: "ls", cwd: "" }, ["ls"]],
    [{ command: "ls", cwd: 3 }, ["ls"]],
    [{ cwd: "/a", steps: [{ command: "ls", cwd: "b" }, { command: "pwd" }] }, ["ls @/a/b", "pwd @/a"]],
    [{ command: "git push", env: { A: "b", C: 3, D: null, E: {} } }, ['git push {A=b,C=3,D="",E=""}']],
    [{ command: "git push", env: ["A=b=c", "D", 3] }, ["git push {A=b=c}"]],
    [{ command: "git push", environment: "A=b" }, ["git push"]],
    [{ command: "$X -rf /", env: { X: "rm" } }, ["rm -rf / {X=rm}"]],
    [{ command: "cat ~/x", env: { HOME: "/root" } }, ["cat /root/x {HOME=/root}"]],
    [{ command: "sh", stdin: "rm x" }, ['sh <"rm x"', "rm x <‹?›+"]],
    [{ command: "python", input: "a" }, ["python <a code:a"]],
    [{ command: "a; b", env: { A: "b" }, next: { command: "c" } }, ["a {A=b}", "b {A=b}", "c {A=b}"]],
  ])("readCommands() reads %j", (input, commands) => {
    expect(showCommands(input, "deploy")).toEqual(commands);
  });

  test("readCommands() doesn't know what too many settings are", () => {
    const env = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`A${index}`, "b"]));
    expect(showCommands({ command: "ls", env })).toEqual([ANYTHING, "ls"]);
  });
});
