import { describe, expect, it } from "vitest";
import { type ShellCommand, UNKNOWN_COMMAND } from "../../../../src/core/policy/facets/shell/command.ts";
import type { Truth } from "../../../../src/core/policy/truth.ts";
import { faultsOfMatch } from "../documents.ts";
import { assignmentsOf, commandOf, textOf, wordOf } from "../facets/shell/programs/commands.ts";
import { factsOf, permits, readCondition, restricts } from "./command-conditions.ts";

/** What a rule that restricts sees, and what one that permits does. */
type Answers = `${Truth} ${Truth}`;

type Row = readonly [match: Record<string, unknown>, command: string, answers: Answers];

function ask(match: unknown, ...commands: readonly ShellCommand[]): string {
  return `${restricts(match, ...commands)} ${permits(match, ...commands)}`;
}

const FORCED = { program: "git", subcommand: "push", flags_any: ["--force", "-f"] };

describe("match.command", () => {
  it.each<Row>([
    // Programs
    [{ program: "rm" }, "rm x", "yes yes"],
    [{ program: "rm" }, "rmdir x", "no no"],
    [{ program: ["cp", "rm"] }, "rm x", "yes yes"],
    [{ program: "rm" }, "RM x", "yes no"],
    [{ program: "git" }, "Git.exe push", "yes no"],
    [{ program: "Git.exe" }, "Git.exe push", "yes yes"],
    [{ program: "python*" }, "python3.12 x", "yes yes"],
    [{ program: "python*" }, "Python3 x", "yes no"],
    [{ program: "python*" }, "ruby x", "no no"],
    [{ program: ["rm", "re:^py"] }, "rm x", "yes yes"],
    [{ program: "rm" }, "? x", "unknown unknown"],
    [{ program: "r*" }, "? x", "unknown unknown"],
    [{ flags_any: "--force" }, "any --force", "yes yes"],
    [{ flags_any: "--force" }, "any --forces", "no no"],
    [{ flags_any: "--force" }, "? -x", "no no"],
    // Subcommands
    [{ program: "git", subcommand: "push" }, "git push", "yes yes"],
    [{ program: "git", subcommand: "push" }, "git -C dir -c a=b --no-pager push", "yes yes"],
    [{ program: "git", subcommand: "push" }, "git -C push status", "no no"],
    [{ program: "git", subcommand: "push" }, "git", "no no"],
    [{ program: "git", subcommand: "push" }, "git stash push", "no no"],
    [{ program: "git", subcommand: "push" }, "git ?", "unknown unknown"],
    [{ program: "git", subcommand: "push" }, "git % push", "unknown unknown"],
    [{ program: "git", subcommand: ["stash drop", "stash clear"] }, "git stash clear", "yes yes"],
    [{ program: "git", subcommand: "stash drop" }, "git stash -q drop", "yes yes"],
    [{ program: "git", subcommand: "stash drop" }, "git stash", "no no"],
    [{ program: "git", subcommand: "stash drop" }, "git stash ?", "unknown unknown"],
    [{ program: "git", subcommand: "stash drop" }, "git stash push -m drop", "no no"],
    [{ program: "kubectl", subcommand: "delete" }, "kubectl -n prod delete pod x", "yes yes"],
    [{ program: "gh", subcommand: "pr close" }, "gh --strange x pr close 7", "yes unknown"],
    [{ program: "tool", subcommand: "deploy" }, "tool deploy", "yes yes"],
    [{ program: "tool", subcommand: "deploy" }, "tool --context prod deploy", "yes unknown"],
    [{ program: "tool", subcommand: "deploy" }, "tool --verbose deploy", "yes unknown"],
    [{ program: "tool", subcommand: "deploy" }, "tool build deploy", "no no"],
    // Options
    [FORCED, "git push -uf origin main", "yes yes"],
    [FORCED, "git push --forc", "yes unknown"],
    [FORCED, "git commit -m push_-f", "no no"],
    [FORCED, "git push ?", "unknown unknown"],
    [FORCED, "git push -f ?", "yes unknown"],
    [{ program: "rm", flags_all: ["-r", "-f"] }, "rm -rf x", "yes yes"],
    [{ program: "rm", flags_all: ["-r", "-f"] }, "rm -r x", "no no"],
    [{ program: "rm", flags_all: ["-r", "-f"] }, "rm -r ?", "unknown unknown"],
    [{ program: "git", subcommand: "clean", flags_none: "-n" }, "git clean -f", "yes yes"],
    [{ program: "git", subcommand: "clean", flags_none: "-n" }, "git clean --dry-run", "no no"],
    [{ program: "git", subcommand: "clean", flags_none: "-n" }, "git clean ?", "unknown unknown"],
    [{ program: "git", subcommand: "clean", flags_none: "-n" }, "git clean -n ?", "unknown unknown"],
    [{ program: "git", subcommand: "gc", flags_any: "--prune=now" }, "git gc --prune=now", "yes yes"],
    [{ program: "git", subcommand: "gc", flags_any: "--prune=now" }, "git gc --prune", "no no"],
    [{ program: "git", subcommand: "gc", flags_any: "--prune=now" }, "git gc --prune=never", "no no"],
    [{ program: "git", subcommand: "gc", flags_any: "--prune=now" }, "git gc --prune=?", "unknown unknown"],
    [{ program: "git", subcommand: "gc", flags_any: "--prune=now" }, "git gc --prune=x ?", "unknown unknown"],
    [{ program: "git", subcommand: "gc", flags_any: "--prune=n*" }, "git gc --prune=now ?", "yes unknown"],
    [{ program: "git", flags_any: "-c=a.*" }, "git -c a.b=c status", "yes yes"],
    [{ program: "git", flags_any: "-c" }, "git -c a.b=c status", "yes yes"],
    [{ program: "git", subcommand: "status", flags_any: "-c" }, "git -c a.b=c status", "no no"],
    // Operands
    [{ program: "git", subcommand: "push", args_any: "+*" }, "git push origin +team/main", "yes yes"],
    [{ program: "git", subcommand: "push", args_any: "push" }, "git push origin", "no no"],
    [{ program: "git", args_any: "push" }, "git push origin", "yes yes"],
    [{ program: "git", subcommand: "push", args_any: "+*" }, "git push origin ?", "unknown unknown"],
    [{ program: "git", subcommand: "push", args_any: "+*" }, "git push origin a?", "no no"],
    [{ program: "git", subcommand: "push", args_any: "+*" }, "git push origin +?", "yes yes"],
    [{ program: "git", subcommand: "push", args_any: "+*" }, "git push origin a%", "unknown unknown"],
    [{ program: "rm", args_any: "*.log" }, "rm *.log", "yes yes"],
    [{ program: "rm", args_any: "a.log" }, "rm *.log", "unknown unknown"],
    [{ program: "rm", args_any: "a.txt" }, "rm *.log", "no no"],
    [{ program: "rm", args_any: "re:^a" }, "rm ab", "yes yes"],
    [{ program: "rm", args_any: "re:^a" }, "rm a?", "unknown unknown"],
    [{ program: "cp", args_all: ["a", "b"] }, "cp a b", "yes yes"],
    [{ program: "cp", args_all: ["a", "b"] }, "cp a c", "no no"],
    [{ program: "cp", args_all: ["a", "b"] }, "cp a ?", "unknown unknown"],
    [{ program: "npm", subcommand: "run", args_none: "*deploy*" }, "npm run test", "yes yes"],
    [{ program: "npm", subcommand: "run", args_none: "*deploy*" }, "npm run deploy:prod", "no no"],
    [{ program: "npm", subcommand: "run", args_none: "*deploy*" }, "npm run ?", "unknown unknown"],
    [{ program: "git", subcommand: "checkout", args_min: 2 }, "git checkout HEAD f", "yes yes"],
    [{ program: "git", subcommand: "checkout", args_min: 2 }, "git checkout HEAD", "no no"],
    [{ program: "git", subcommand: "checkout", args_min: 2 }, "git checkout HEAD %", "unknown unknown"],
    [{ program: "git", subcommand: "checkout", args_min: 2 }, "git checkout a b %", "yes yes"],
    // Git's configuration and pushes
    [{ config_any: "core.hooksPath" }, "git -c core.hookspath=x commit", "yes yes"],
    [{ config_any: "core.hooksPath" }, "git config CORE.hooksPath x", "yes yes"],
    [{ config_any: "core.hooksPath" }, "git -c core.pager=x commit", "no no"],
    [{ config_any: "core.hooksPath" }, "git -c ? commit", "unknown unknown"],
    [{ config_any: "core.hooksPath" }, "git -c % commit", "unknown unknown"],
    [{ config_any: "core.hooksPath" }, "svn -c core.hooksPath=x", "no no"],
    [{ config_any: "commit.gpgSign=false" }, "git -c commit.gpgsign=OFF commit", "yes yes"],
    [{ config_any: "commit.gpgSign=false" }, "git -c commit.gpgsign=false commit", "yes yes"],
    [{ config_any: "commit.gpgSign=false" }, "git -c commit.gpgsign commit", "no no"],
    [{ config_any: "commit.gpgSign=false" }, "git config --unset commit.gpgsign", "yes yes"],
    [{ config_any: "commit.gpgSign=false" }, "git -c commit.gpgsign=? commit", "unknown unknown"],
    [{ config_any: "remote.*.push=+*" }, "git config remote.a.b.push +main", "yes yes"],
    [{ config_any: "re:^a=b$" }, "git -c a=b status", "yes yes"],
    [{ pushes: { branch: "main" } }, "git push origin HEAD:main", "yes yes"],
    [{ pushes: { branch: "main" } }, "git push origin team/main", "yes yes"],
    [{ pushes: { branch: "main" } }, "git push origin main2", "no no"],
    [{ pushes: { branch: "main" } }, "git push", "yes unknown"],
    [{ pushes: { branch: "main" } }, "git push origin main dev", "yes no"],
    [{ pushes: { branch: ["main", "dev"] } }, "git push origin main dev", "yes yes"],
    [{ pushes: { branch: "main" } }, "git push origin refs/tags/main", "no no"],
    [{ pushes: { branch: "main" } }, "git pull", "no no"],
    [{ pushes: { forced: true } }, "git push origin +dev", "yes yes"],
    [{ pushes: { forced: true } }, "git push origin ?", "unknown unknown"],
    [{ pushes: { forced: true } }, "git push --forc", "yes unknown"],
    [{ pushes: { forced: false } }, "git push origin dev", "yes yes"],
    [{ pushes: { forced: false } }, "git push -f origin dev", "no no"],
    [{ pushes: { forced: false } }, "git push --forc", "unknown unknown"],
    [{ pushes: { deletes: true } }, "git push origin :dev", "yes yes"],
    [{ pushes: { deletes: true } }, "git push origin dev", "no no"],
    [{ pushes: { branch: "main", forced: true } }, "git push origin +dev main", "no no"],
    [{ pushes: {} }, "git push", "yes yes"],
    [{ program: "git", pushes: { forced: true }, config_any: "a" }, "git -c a=b push -f", "yes yes"],
    [{ program: "git", pushes: { forced: true }, config_any: "a" }, "git push -f", "no no"],
    [{ program: "svn", pushes: { forced: true } }, "svn push -f", "no no"],
  ])("match.command %j asked about %s answers rules that restrict and that permit: %s", (match, command, answers) => {
    expect(ask(match, commandOf(command))).toBe(answers);
  });

  it.each<[pattern: string, assignments: readonly string[], expected: Truth]>([
    ["HUSKY=0", ["HUSKY=0"], "yes"],
    ["HUSKY=0", ["HUSKY=1"], "no"],
    ["HUSKY=0", ["HUSKY=0", "HUSKY=1"], "no"],
    ["HUSKY=0", ["HUSKY=?"], "unknown"],
    ["HUSKY=0", ["HUSKY=1?"], "no"],
    ["HUSKY", ["HUSKY="], "yes"],
    ["HUSKY", ["HUSKY_X=1"], "no"],
    ["HUSKY*", ["HUSKY_X=1"], "yes"],
    ["SKIP=?*", ["SKIP="], "no"],
    ["re:^A=b+$", ["X=1", "A=bb"], "yes"],
    ["HUSKY", [], "no"],
  ])("match.command.env_any %s asked about %j answers %s", (pattern, assignments, expected) => {
    const command = commandOf("git commit", { assignments: assignmentsOf(...assignments) });
    expect(restricts({ env_any: pattern }, command)).toBe(expected);
  });

  it.each<[code: string | undefined, answers: Answers]>([
    ["import os; os.remove('x')", "yes yes"],
    ["print(1)", "no no"],
    [undefined, "no no"],
    ["os.remove(?)", "yes unknown"],
    ["print(?)", "unknown unknown"],
    [`os.remove(${"x".repeat(70_000)})`, "yes unknown"],
  ])("match.command.code asked about %j answers %s", (code, answers) => {
    const command = commandOf("python", { code: code === undefined ? undefined : wordOf(code) });
    expect(ask({ code: "os\\.remove" }, command)).toBe(answers);
  });

  it.each<[pattern: string, assignments: readonly string[], expected: Truth]>([
    ["HUSKY=0", [], "yes"],
    ["HUSKY=0", ["HUSKY=0"], "no"],
    ["HUSKY=0", ["HUSKY=?"], "unknown"],
    ["*", ["LANG=C"], "no"],
  ])("match.command.env_none %s asked about %j answers %s", (pattern, assignments, expected) => {
    const command = commandOf("git commit", { assignments: assignmentsOf(...assignments) });
    expect(permits({ env_none: pattern }, command)).toBe(expected);
  });

  it("match.command takes a word that is too long to be searched for unknown", () => {
    const command = { ...commandOf("rm"), args: [textOf("x".repeat(70_000))] };
    expect(restricts({ args_any: "a*" }, command)).toBe("unknown");
    expect(restricts({ args_any: "re:a" }, command)).toBe("unknown");
  });
});

describe("match.command of several commands", () => {
  const [ls, rm, opaque] = [commandOf("ls"), commandOf("rm x"), commandOf("? x")];

  it.each<[match: unknown, commands: readonly (typeof ls)[], answers: Answers]>([
    [{ program: "rm" }, [ls, rm], "yes no"],
    [{ program: ["ls", "rm"] }, [ls, rm], "yes yes"],
    [[{ program: "ls" }, { program: "rm" }], [ls, rm], "yes yes"],
    [[{ program: "ls" }, { program: "r*" }], [ls, rm], "yes yes"],
    [[{ program: "ls" }, { args_any: "x" }], [rm], "yes yes"],
    [
      [
        { program: "rm", args_any: "a" },
        { program: "r*", args_any: "x" },
      ],
      [rm],
      "yes yes",
    ],
    [{ program: "rm" }, [ls, opaque], "unknown no"],
    [{ program: "ls" }, [ls, opaque], "yes unknown"],
    [{ program: "rm" }, [], "no no"],
    [{ program: "rm", optional: true }, [], "yes yes"],
    [{ program: "rm", optional: false }, [], "no no"],
    [{ program: "rm", optional: true }, [ls], "no no"],
    ["none", [], "yes yes"],
    ["none", [ls], "no no"],
    ["none", [UNKNOWN_COMMAND], "unknown unknown"],
    ["none", [ls, UNKNOWN_COMMAND], "no no"],
  ])("match.command %j asked about %j answers %s", (match, commands, answers) => {
    expect(ask(match, ...commands)).toBe(answers);
  });

  it("match.command keeps alternatives for one program and subcommand apart", () => {
    const match = [
      { program: "git", subcommand: "clean", flags_any: "-f" },
      { program: "git", subcommand: ["clean", "stash"], flags_any: "-x" },
      { program: "git", config_any: "a" },
    ];
    expect(restricts(match, commandOf("git clean -x"))).toBe("yes");
    expect(restricts(match, commandOf("git -c a=b status"))).toBe("yes");
    expect(restricts(match, commandOf("git clean -q"))).toBe("no");
    expect(restricts(match, commandOf("git clean ?"))).toBe("unknown");
    expect(restricts(match, commandOf("git"))).toBe("no");
  });
});

describe("match.command explained", () => {
  it("match.command says what it asks for", () => {
    expect(readCondition([FORCED, { program: "bfg" }]).expected).toEqual([
      "program git, subcommand push, flags_any --force -f",
      "program bfg",
    ]);
    expect(readCondition({ pushes: { forced: true, branch: ["main", "master"] }, args_min: 1 }).expected).toEqual([
      "pushes forced true branch main master, args_min 1",
    ]);
    expect(readCondition("none").expected).toEqual(["none"]);
  });

  it("match.command shows programs and subcommands, but no words that may be secret", () => {
    const commands = ["git -C x push secret", "git status", "git ?", "mysql -psecret", "ls", "? x"].map((text) =>
      commandOf(text),
    );
    expect(readCondition("none").sees(factsOf(commands))).toEqual([
      "git push …",
      "git status",
      "git …",
      "mysql …",
      "ls",
      "? …",
    ]);
  });
});

describe("match.command refuses", () => {
  it.each<[match: unknown, expected: string]>([
    ["all", "This must be a mapping"],
    [[], "This list is empty"],
    [{}, "This mapping asks for nothing"],
    [{ optional: true }, "This mapping asks for nothing"],
    [{ program: "rm", optional: "yes" }, "This must be true or false"],
    [{ programs: "rm" }, 'Unknown key "programs"'],
    [{ program: "" }, "This must not be empty"],
    [{ program: 7 }, "This must be text"],
    [{ program: "re:(" }, "The regex is not valid RE2 syntax"],
    [{ program: "a[" }, "A bracket is not closed"],
    [{ subcommand: "push" }, "A subcommand needs a program"],
    [{ program: "git", subcommand: "" }, "This must not be empty"],
    [{ program: "git", subcommand: "stash  drop" }, "A subcommand is one word"],
    [{ program: "git", subcommand: "-f" }, "A subcommand is one word"],
    [{ program: "git", subcommand: "st*" }, "A subcommand is one word"],
    [{ flags_any: "force" }, "An option begins with a dash"],
    [{ flags_any: "-" }, "An option begins with a dash"],
    [{ flags_any: 7 }, "This must be text"],
    [{ flags_none: ["--a b"] }, "An option begins with a dash"],
    [{ flags_all: ["--a={"] }, "A brace is not closed"],
    [{ args_any: [] }, "This list is empty"],
    [{ args_min: 0 }, "This must be a whole number from 1"],
    [{ env_any: 7 }, "This must be text"],
    [{ env_any: "" }, "This must not be empty"],
    [{ env_none: [] }, "This list is empty"],
    [{ config_any: "re:" }, "The regex is empty"],
    [{ pushes: "main" }, "This must be a mapping"],
    [{ pushes: { branches: "main" } }, 'Unknown key "branches"'],
    [{ pushes: { forced: "yes" } }, "This must be true or false"],
    [{ code: "(" }, "The regex is not valid RE2 syntax"],
  ])("match.command refuses %j", (match, expected) => {
    expect(faultsOfMatch({ command: match })[0]?.message).toContain(expected);
  });
});
