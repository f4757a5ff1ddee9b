import { describe, expect, it } from "vitest";
import { UNKNOWN, type Word } from "../../../../../../src/core/policy/facets/shell/command.ts";
import { findGitRuns } from "../../../../../../src/core/policy/facets/shell/programs/git-runs.ts";
import { assignmentsOf, commandOf } from "./commands.ts";

function spell(words: readonly Word[]): string {
  return words.map(({ text }) => text.replaceAll(UNKNOWN, "?")).join(" ");
}

/** Each run as text: `$ words` for a program, `sh: text` for a script. */
function runsOf(command: string, ...assignments: readonly string[]): readonly string[] {
  return findGitRuns(commandOf(command, { assignments: assignmentsOf(...assignments) })).map((run) =>
    run.kind === "command" ? `$ ${spell(run.words)}` : `sh: ${spell([run.text, ...(run.args ?? [])])}`,
  );
}

describe("findGitRuns()", () => {
  it.each<[command: string, runs: readonly string[]]>([
    ["git status", []],
    ["git", []],
    ["ls git-push", []],
    ["git-push -f origin", ["$ git push -f origin"]],
    ["git-lfs pull", ["$ git lfs pull"]],
    ["hub push -f", ["$ git push -f"]],
    ["git -c alias.x=push_--force x origin main", ["$ git -c alias.x=push --force push --force origin main"]],
    ["git -c alias.x=push x --force -- a", ["$ git -c alias.x=push push --force -- a"]],
    ["git -c ALIAS.X=push x -f", ["$ git -c ALIAS.X=push push -f"]],
    ["git -c alias.x=push status", []],
    ["git -c alias.x=push", []],
    ["git -c alias.x=!rm_-rf x y", ["sh: rm -rf y"]],
    ["git -c alias.x=? x y", ["$ git -c alias.x=? ? y"]],
    ["git -c alias.x=!? x y", ["sh: ? y"]],
    ["git -c alias.x='a x", []],
    ["git config alias.x push_--force", ["$ git push --force"]],
    ["git config --global alias.x !rm_-rf_/", ["sh: rm -rf /"]],
    ["git config alias.x", []],
    ["git config --unset alias.x", []],
    ["git config --unset core.pager", []],
    ["git -c core.pager=less_-F log", ["sh: less -F"]],
    ["git -c diff.word.textconv=x show", ["sh: x"]],
    ["git -c credential.helper=store push", []],
    ["git -c credential.helper=!steal push", ["sh: steal"]],
    ["git -c user.name=rm commit", []],
    ["git rebase -x make_test --exec=lint main", ["sh: make test", "sh: lint"]],
    ["git filter-branch --tree-filter rm_-f_x HEAD", ["sh: rm -f x"]],
    ["git clone -u x url", ["sh: x"]],
    ["git submodule foreach --recursive git_reset_--hard", ["sh: git reset --hard"]],
    ["git submodule foreach git reset --hard", ["$ git reset --hard"]],
    ["git submodule foreach", []],
    ["git submodule update --init x", []],
    ["git bisect run make test", ["$ make test"]],
    ["git bisect start bad good", []],
    ["git for-each-repo --config=x reset --hard", ["$ git reset --hard"]],
    ["git for-each-repo", []],
    ["git clone ext::sh_-c_x", ["sh: sh -c x"]],
  ])("findGitRuns(%s) is %j", (command, runs) => {
    expect(runsOf(command)).toEqual(runs);
  });

  it("findGitRuns() finds programs that the environment names", () => {
    expect(runsOf("git rebase -i", "GIT_SEQUENCE_EDITOR=sed_-i", "LANG=C")).toEqual(["sh: sed -i"]);
  });

  it("findGitRuns() finds aliases that the environment brings", () => {
    expect(runsOf("git x main", "GIT_CONFIG_KEY_0=alias.x", "GIT_CONFIG_VALUE_0=push_-f")).toEqual([
      "$ git push -f main",
    ]);
  });

  it("findGitRuns() says where and when they run", () => {
    const [there] = findGitRuns(commandOf("git -C dir -c alias.x=!ls x"));
    expect(there?.elsewhere?.directory?.text).toBe("dir");
    const [alias] = findGitRuns(commandOf("git -C dir -c alias.x=push x"));
    expect(alias?.elsewhere).toBeUndefined();
    const [somewhere] = findGitRuns(commandOf("git -C a -C b -c alias.x=!ls x"));
    expect(somewhere?.elsewhere).toEqual({ directory: undefined });
    const [later] = findGitRuns(commandOf("git config alias.x !ls"));
    expect(later?.shell).toBe("later");
  });
});
