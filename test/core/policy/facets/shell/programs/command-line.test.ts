import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../../../../src/core/policy/facets/shell/command.ts";
import { commandLineOf } from "../../../../../../src/core/policy/facets/shell/programs/command-line.ts";
import type { Presence } from "../../../../../../src/core/policy/facets/shell/programs/flags.ts";
import { commandOf } from "./commands.ts";

function presenceOf(command: string, flag: string): Presence {
  return commandLineOf(commandOf(command)).flags.presenceOf(flag);
}

function operandsOf(command: string): readonly string[] {
  return commandLineOf(commandOf(command)).operands.map(({ word }) => word.text.replaceAll(UNKNOWN, "?"));
}

describe("commandLineOf() finds options of known programs", () => {
  it.each<[command: string, flag: string, expected: Presence]>([
    ["git push -f", "--force", "yes"],
    ["git push --force", "-f", "yes"],
    ["git push -uf origin main", "-f", "yes"],
    ["git push origin main -f", "-f", "yes"],
    ["git -C dir --no-pager push -f", "-f", "yes"],
    ["git push origin -- -f", "-f", "no"],
    ["git push -o --force", "--force", "no"],
    ["git push -o_--force", "--force", "no"],
    ["git push --push-option --force", "--force", "no"],
    ["git push --push-option=-f -v", "-f", "no"],
    ["git push --force-with-lease=main", "--force-with-lease", "yes"],
    ["git push --force-with-lease", "--force", "no"],
    ["git push --force-w", "--force-with-lease", "yes"],
    ["git push --forc", "--force", "likely"],
    ["git push --forc", "--force-with-lease", "likely"],
    ["git push --no-verif", "--no-verify", "yes"],
    ["git push --no-force", "--force", "no"],
    ["git push --force --no-force", "--force", "no"],
    ["git push --no-force --force", "--force", "yes"],
    ["git push --no-force", "--no-force", "yes"],
    ["git commit --no-verify --verify", "-n", "no"],
    ["git commit --verify", "--verify", "yes"],
    ["git commit -anm fix", "-n", "yes"],
    ["git commit -amn", "-n", "no"],
    ["git commit -am -n", "-n", "no"],
    ["git commit -mfix -n", "-n", "yes"],
    ["git commit --message -n", "-n", "no"],
    ["git commit --mess -n", "-n", "no"],
    ["git commit -Sn", "-n", "no"],
    ["git commit -S -n", "-n", "yes"],
    ["git commit -uno", "-n", "no"],
    ["git clean -e -n -f", "-n", "no"],
    ["git clean -fdx", "-x", "yes"],
    ["git clean -fdx", "-fd", "yes"],
    ["git clean -f -d", "-fd", "yes"],
    ["git clean -f", "-fd", "no"],
    ["git clean -fn --no-dry-run", "-n", "no"],
    ["git clean -fn --no-dry", "-n", "no"],
    ["git checkout --end-of-options -f", "-f", "no"],
    ["git checkout -- file", "--", "yes"],
    ["git checkout main --", "--", "no"],
    ["git checkout main", "--", "no"],
    ["find . -name -delete", "-delete", "no"],
    ["find . -type f -delete", "-delete", "yes"],
    ["find . -delete", "-d", "no"],
    ["terraform apply --auto-approve", "-auto-approve", "yes"],
    ["kubectl delete pod x --dry-run=client", "--dry-run", "yes"],
    ["kubectl delete pod x --dry-run=none", "--dry-run", "likely"],
    ["kubectl -n prod delete pod x --force", "-n", "yes"],
    ["tar xzf a.tgz", "-x", "yes"],
    ["tar xzf -v", "-z", "yes"],
    ["tar xzf -v", "-v", "no"],
    ["tar -cf a.tar xd", "-x", "no"],
    ["docker run -d image --privileged", "--privileged", "no"],
    ["docker run --privileged image", "--privileged", "yes"],
    ["ssh host -v", "-v", "no"],
    ["ssh -p 22 -v host", "-v", "yes"],
    ["git bisect run make -f", "-f", "no"],
    ["rm -fr x", "-rf", "yes"],
    ["rm --recursive --force x", "-rf", "yes"],
    ["rm -R x", "-r", "yes"],
  ])("commandLineOf(%s) has %s: %s", (command, flag, expected) => {
    expect(presenceOf(command, flag)).toBe(expected);
  });
});

describe("commandLineOf() reads programs that nothing is known of", () => {
  it.each<[command: string, flag: string, expected: Presence]>([
    ["tool --force", "--force", "yes"],
    ["tool --forc", "--force", "likely"],
    ["tool --force", "--for", "no"],
    ["tool --force=x", "--force", "yes"],
    ["tool --force=false", "--force", "likely"],
    ["tool -f", "-f", "yes"],
    ["tool -uf", "-u", "yes"],
    ["tool -uf", "-f", "likely"],
    ["tool -vr -f", "-rf", "likely"],
    ["tool -uf -f", "-f", "yes"],
    ["tool -f -uf", "-f", "yes"],
    ["tool -uf -vf", "-f", "likely"],
    ["tool -delete", "-delete", "yes"],
    ["tool -dry=1", "-dry", "yes"],
    ["tool --force --no-force", "--force", "no"],
    ["tool -- --force", "--force", "no"],
    ["tool -", "-", "no"],
    ["git ci --no-verify", "--no-verify", "yes"],
  ])("commandLineOf(%s) has %s: %s", (command, flag, expected) => {
    expect(presenceOf(command, flag)).toBe(expected);
  });
});

describe("commandLineOf() keeps apart what can't be known", () => {
  it.each<[command: string, flag: string, expected: Presence]>([
    ["git push ?", "-f", "unknown"],
    ["git push %", "-f", "unknown"],
    ["git push -? origin", "-f", "unknown"],
    ["git push --? origin", "-f", "unknown"],
    ["git push -u? origin", "-f", "unknown"],
    ["git push origin feature/?", "-f", "no"],
    ["git push origin feature/%", "-f", "unknown"],
    ["git push -- ?", "-f", "no"],
    ["git push -f ?", "-f", "likely"],
    ["git push --no-force ?", "-f", "unknown"],
    ["git commit -m ?", "-n", "no"],
    ["git commit -m %", "-n", "unknown"],
    ["git commit -m?", "-n", "no"],
    ["git commit --message=?", "-n", "no"],
    ["git commit --message=%", "-n", "unknown"],
    ["git add ?", "-n", "unknown"],
    ["git add ?", "--no-verify", "no"],
    ["git checkout ?", "--", "unknown"],
    ["git log ?", "--no-verify", "unknown"],
    ["tool ?", "--force", "unknown"],
    ["find . ? -delete", "-delete", "likely"],
    ["find . -na?=x", "-delete", "unknown"],
    ["git push -[f] origin", "-f", "unknown"],
    ["git add *", "-f", "no"],
    ["git add [a-z]*", "-f", "no"],
  ])("commandLineOf(%s) has %s: %s", (command, flag, expected) => {
    expect(presenceOf(command, flag)).toBe(expected);
  });
});

describe("commandLineOf() finds operands", () => {
  it.each<[command: string, operands: readonly string[]]>([
    ["git -C dir -c a=b push -f origin main", ["push", "origin", "main"]],
    ["git push -o x origin -- -main", ["push", "origin", "-main"]],
    ["git stash push -m drop", ["stash", "push"]],
    ["git commit -m x %", ["commit", "?"]],
    ["git commit -m %", ["commit", "?"]],
    ["git add src/*.ts", ["add", "src/?.ts"]],
    ["gh pr merge 7 --squash -t push", ["pr", "merge", "7"]],
    ["gh pr view 7", ["pr", "view", "7"]],
    ["docker container run -e A=b image ls -l", ["container", "run", "image", "ls", "-l"]],
    ["kubectl -n prod delete pod x", ["delete", "pod", "x"]],
    ["git submodule foreach --recursive git clean -fd", ["submodule", "foreach", "git", "clean", "-fd"]],
    ["find . -name x -type d ( -empty )", [".", "(", ")"]],
    ["ls -", ["-"]],
    ["git push -o", ["push"]],
  ])("commandLineOf(%s) has the operands %j", (command, operands) => {
    expect(operandsOf(command)).toEqual(operands);
  });

  it("commandLineOf() keeps global options apart where they mean something else", () => {
    const git = commandLineOf(commandOf("git -c a=b commit -c HEAD"));
    expect(git.globalFlags.valuesOf("-c").map(({ text }) => text)).toEqual(["a=b"]);
    expect(git.flags.valuesOf("-c").map(({ text }) => text)).toEqual(["HEAD"]);
    const npm = commandLineOf(commandOf("npm --tag x publish"));
    expect(npm.flags).toBe(npm.globalFlags);
  });

  it("commandLineOf() marks what may be the value of a strange option", () => {
    const { operands } = commandLineOf(commandOf("tool --context prod deploy"));
    expect(operands.map(({ mayBeValue }) => mayBeValue)).toEqual([true, false]);
  });

  it("commandLineOf() gathers all values of an option", () => {
    const { flags } = commandLineOf(commandOf("git rebase -x make --exec=lint -xtest"));
    expect(flags.valuesOf("--exec").map(({ text }) => text)).toEqual(["make", "lint", "test"]);
  });

  it.each<[flag: string, expected: Presence]>([
    ["--force", "no"],
    ["--no-force", "yes"],
    ["--mirror", "likely"],
    ["--tags", "no"],
    ["--dry-run", "yes"],
    ["-q", "yes"],
  ])("commandLineOf() of many options has %s: %s", (flag, expected) => {
    const many = "-q ".repeat(20);
    expect(presenceOf(`git push --force --no-force --mirror=false --no-dry-run ${many}-n`, flag)).toBe(expected);
  });

  it("commandLineOf() reads a command once", () => {
    const command = commandOf("git status");
    expect(commandLineOf(command)).toBe(commandLineOf(command));
  });

  it("commandLineOf() takes linear time", () => {
    const words = Array.from({ length: 5_000 }, (_, index) => `--a${index} -${"x".repeat(5)}`).join(" ");
    const command = commandOf(`git push ${words} -${"y".repeat(20_000)} --force`);
    const startedAt = performance.now();
    expect(commandLineOf(command).flags.presenceOf("--force")).toBe("yes");
    // With the square of the words it would take many seconds; in linear time, some ten milliseconds.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
