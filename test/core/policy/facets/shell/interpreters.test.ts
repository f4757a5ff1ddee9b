import { describe, expect, test } from "vitest";
import { ANYTHING, commandsOf, showLine } from "./shown-commands.ts";

/** What runs besides the interpreter itself. */
function innerOf(line: string): string[] {
  return showLine(line).slice(1);
}

function codeOf(line: string): string | undefined {
  return commandsOf({ command: line })
    .find(({ code }) => code !== undefined)
    ?.code?.text.replaceAll("\u0000", "‹?›");
}

describe("where the program text is", () => {
  test.each([
    ["python -c 'a'", "a"],
    ["python3.11 -Ic 'a' b", "a"],
    ["python -W ignore -X dev -ca", "a"],
    ["python --check-hash-based-pycs never -c a", "a"],
    ["python3 - b <<< a", "a\n"],
    ["python <<E\na\nE", "a\n"],
    ["echo a | python", "a\n"],
    ["python -m a -c b", undefined],
    ["python a.py", undefined],
    ["python < a.py", undefined],
    ["python", undefined],
    ['python "$X"', "‹?›"],
    ["python -c", "‹?›"],
    ["python -- a", undefined],
    ["perl -e a -e b", "a\nb"],
    ["perl -lane a", "a"],
    ["perl -0777ne a", "a"],
    ["perl -pi -e a f", "a"],
    ["perl -i.bak -pe a f", "a"],
    ["perl -Mstrict -I lib -E a", "a"],
    ["ruby -ne a", "a"],
    ["node -e a", "a"],
    ["node --eval=a", "a"],
    ["node --eval a", "a"],
    ["node --eval", "‹?›"],
    ["node --require b -pe a", "a"],
    ["node -r b -p a", "a"],
    ["node18 -e a", "a"],
    ["node --strange b.js -e a", undefined],
    ["deno eval --ext=ts a", "a"],
    ["deno run a", undefined],
    ["deno eval", undefined],
    ["deno $X a", "‹?›"],
    ["deno <<< a", "a\n"],
    ["bun -e a", "a"],
    ["php -d b=c -r a", "a"],
    ["php -f b", undefined],
    ["lua -l b -e a", "a"],
    ["awk -F: -v b=c a d", "a"],
    ["gawk --source a", "a"],
    ["awk -f a b", undefined],
    ["awk --assign b=c a", "a"],
    ["osascript -e a -e b", "a\nb"],
    ["Rscript -e a", "a"],
    ["R -e a", "a"],
    ["erl -eval a", "a"],
    ["tclsh <<< a", "a\n"],
    ["gcc -e a", undefined],
    ["foo3 -e a", undefined],
  ])("readCommands() finds the code of %s", (line, code) => {
    expect(codeOf(line)).toBe(code);
  });
});

describe("what a program runs", () => {
  test.each([
    ["python -c 'print(1)'"],
    ["python -c 'import os, json; print(os.environ, json.dumps({\"a\": 1}))'"],
    ["python -c 'print(\"the system is up\")'"],
    ["python -m http.server"],
    ["python script.py"],
    ["node -e 'console.log(/a/.exec(\"b\"))'"],
    ['node -p \'require("fs").readFileSync("a", "utf8")\''],
    ["node -e 'import(\"fs\").then(console.log)'"],
    ["awk '{print $1}' f"],
    ["awk -F: '/error|warn/ || $1 == \"a\" {print $1}' f"],
    ["perl -pe 's/a/b/' f"],
    ["perl -ne 'print if /\"|x/' f"],
    ["perl -e 'print 1 / 2, \"|\"'"],
    ["ruby -e 'puts 1 / 2'"],
    ["ruby -rjson -e 'puts JSON.parse(\"{}\")'"],
    ["php -r 'echo 1;'"],
    ["lua -e 'print(1)'"],
  ])("readCommands() sees nothing behind %s", (line) => {
    expect(innerOf(line)).toEqual([]);
  });

  test.each([
    ["python -c 'import os; os.system(\"rm -rf /\")'", "rm -rf /"],
    ["python -c 'import os; os.popen(\"rm x\").read()'", "rm x"],
    ['python -c \'import subprocess; subprocess.run(["rm", "-rf", "/"])\'', "rm -rf /"],
    ["python -c 'import subprocess; subprocess.run(\"rm x\", shell=True, check=True)'", "rm x"],
    ['python -c \'import subprocess as s; s.check_output([b"rm", r"x"])\'', "rm x"],
    ['python -c \'from subprocess import run, Popen; Popen(("rm", "x"))\'', "rm x"],
    ['python -c \'import os; os.execl("/bin/rm", "rm", "x")\'', "rm x"],
    ['python -c \'import os; os.execvp("rm", ["rm", "x"])\'', "rm x"],
    ['python -c \'import os; os.system("""rm x""")\'', "rm x"],
    ["python -c 'import os; os.system(\"r\\x6d x\")'", "rm x"],
    [
      'python -c \'import subprocess; subprocess.run(["git", "commit", "-m", "rm -rf /"])\'',
      'git commit -m "rm -rf /"',
    ],
    ['python -c \'import subprocess; subprocess.run(["bash", "-c", "rm x"])\'', 'bash -c "rm x"', "rm x"],
    ['python -c \'import subprocess; subprocess.run("rm a"); subprocess.call("rm b")\'', "rm a", "rm b"],
    ["python - <<'E'\n%%bash\nrm x\nE", 'rm x <"%%bash\\nrm x\\n"'],
    ["python <<'E'\n!rm x\na = 1\nE", 'rm x <"!rm x\\na = 1\\n"'],
    ['node -e \'require("child_process").execSync("rm x")\'', "rm x"],
    [
      'node -e \'const {execSync} = require("child_process"); execSync(`rm x`, {stdio: "inherit"})\'',
      "rm x",
      "inherit",
    ],
    ['node -e \'require("child_process").spawn("rm", ["-rf", "/"])\'', "rm -rf /"],
    ['node -e \'import {exec} from "child_process"; exec("rm x")\'', "rm x"],
    ['bun -e \'Bun.spawn(["rm", "x"])\'', "rm x"],
    ["deno eval 'new Deno.Command(\"rm\").output()'", "rm"],
    ["ruby -e 'system(\"rm x\")'", "rm x"],
    ['ruby -e \'system "rm", "x"; puts 1\'', "rm x"],
    [
      "ruby -e '`rm x`; %x(rm y); %x{rm z}; %x[rm w]; %x<rm v>; %x!rm u!'",
      "rm x",
      "rm y",
      "rm z",
      "rm w",
      "rm v",
      "rm u",
    ],
    ["ruby -e 'open(\"|rm x\")'", "rm x"],
    ['perl -e \'system("rm", "x")\'', "rm x"],
    ["perl -e 'exec \"rm x\" if 1'", "rm x"],
    ["perl -e 'qx{rm x}; qx/rm y/; open(F, \"rm z |\")'", "rm x", "rm y", "rm z"],
    ["php -r 'shell_exec(\"rm x\"); echo `rm y`;'", "rm x", "rm y"],
    ["lua -e 'os.execute(\"rm x\")'", "rm x"],
    ["awk 'BEGIN {system(\"rm x\")}'", "rm x"],
    ["awk '{print | \"rm x\"}'", "rm x"],
    ['awk \'BEGIN {"rm x" | getline y; print |& "rm z"}\'', "rm x", "rm z"],
    ["osascript -e 'do shell script \"rm x\"'", "rm x"],
    ["Rscript -e 'system(\"rm x\")'", "rm x"],
    ["emacs --batch --eval '(shell-command \"rm x\")'", "rm x"],
  ])("readCommands() sees the commands in %s", (line, ...commands) => {
    expect(innerOf(line)).toEqual(commands);
  });

  test.each([
    ['python -c "print($X)"'],
    ["python -c 'import subprocess; subprocess.run(x)'"],
    ["python -c 'import subprocess; subprocess.run(\"rm \" + x)'"],
    ["python -c 'import subprocess; subprocess.run(f\"rm {x}\")'"],
    ["python -c 'from subprocess import run as r; r(x)'"],
    ["python -c 'import os; f = os.system; f(x)'"],
    ["python -c 'getattr(os, x)(y)'"],
    ["python -c '__import__(x).y(z)'"],
    ["python -c 'exec(open(\"a\").read())'"],
    ["python -c 'system('"],
    ["node -e 'eval(x)'"],
    ["node -e 'require(x).y(z)'"],
    ["node -e 'const {execSync: e} = require(\"child_process\"); e(x)'"],
    ["node -e 'require(\"child_process\").exec(`rm ${x}`)'"],
    ["node -e 'const e = require(\"child_process\").exec; e(x)'"],
    ["ruby -e 'system(\"rm #{x}\")'"],
    ["ruby -e 'Kernel.send(x, y)'"],
    ["perl -e 'system(\"rm $x\")'"],
    ["perl -e 'exec @ARGV'"],
    ["perl -e 'system $x, \"a\"'"],
    ["php -r 'system($_GET);'"],
    ["php -r 'system(\"rm $x\");'"],
    ["awk '{system($1)}'"],
    ["awk '{print | cmd}'"],
    ["awk '{cmd | getline}'"],
    ['awk \'{ x = "a" "b"; system(x) }\''],
    ["tclsh <<< 'exec rm x'"],
    ["curl x | node"],
    ["python <(curl x)"],
    ["python $X"],
  ])("readCommands() can't tell what %s runs", (line) => {
    expect(showLine(line)).toContain(ANYTHING);
  });

  test("readCommands() looks into programs in strings of programs, but not without end", () => {
    expect(innerOf(`python -c 'exec("import os; os.system(\\"rm x\\")")'`)).toContain("rm x");
    const nested = (depth: number): string =>
      depth === 0 ? "system('rm x')" : `exec(${JSON.stringify(nested(depth - 1))})`;
    expect(innerOf(`python <<'E'\n${nested(3)}\nE`).map((command) => command.split(" <")[0])).toContain("rm x");
    expect(innerOf(`python <<'E'\n${nested(6)}\nE`)).toContain(ANYTHING);
  });

  test("readCommands() isn't tricked by quotes in a pattern", () => {
    expect(innerOf(`awk '/"/ {system("rm x")}'`)).toEqual(["rm x"]);
    expect(innerOf(`awk '$1 / "/ 1 {system(x)} /"'`)).toEqual([ANYTHING]);
    expect(innerOf(`node -e 'require("child_process"); if (a) /"/ + exec(b) + /"/'`)).toContain(ANYTHING);
    expect(innerOf(`node -e 'require("child_process"); a++ / exec(b) / 2'`)).toContain(ANYTHING);
  });
});
