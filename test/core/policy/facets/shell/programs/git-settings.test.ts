import { describe, expect, it } from "vitest";
import { type Assignment, UNKNOWN } from "../../../../../../src/core/policy/facets/shell/command.ts";
import { gitSettingsOf } from "../../../../../../src/core/policy/facets/shell/programs/git-settings.ts";
import { assignmentsOf, commandOf } from "./commands.ts";

function settingsOf(command: string, assignments: readonly Assignment[] = []): readonly string[] {
  const settings = gitSettingsOf(commandOf(command, { assignments }));
  return settings.map(({ key, value }) => `${key.text}=${value.text}`.replaceAll(UNKNOWN, "?"));
}

describe("gitSettingsOf()", () => {
  it.each<[command: string, settings: readonly string[]]>([
    ["git status", []],
    ["git -c core.hooksPath=/dev/null commit", ["core.hookspath=/dev/null"]],
    ["git -c Commit.GPGSign=false -c a.b=c commit", ["commit.gpgsign=false", "a.b=c"]],
    ["git -c commit.gpgsign commit", ["commit.gpgsign=true"]],
    ["git -c commit.gpgsign= commit", ["commit.gpgsign="]],
    ["git -c Remote.My.Fork.PUSH=+x push", ["remote.My.Fork.push=+x"]],
    ["git -c ? commit", ["?=?"]],
    ["git -c % commit", ["?=?", "?=?"]],
    ["git ? core.hooksPath x", ["?=?"]],
    ["git -c core.? commit", ["core.?=?"]],
    ["git -c core.?=x commit", ["core.?=?"]],
    ["git -c core.editor=? commit", ["core.editor=?"]],
    ["git commit -c HEAD", []],
    ["git clone -c core.hooksPath=x url", ["core.hookspath=x"]],
    ["git clone --config core.hooksPath=x url", ["core.hookspath=x"]],
    ["git -c include.path=x status", ["include.path=x", "?=?"]],
    ["git -c includeIf.gitdir:/x/.path=y status", ["includeif.gitdir:/x/.path=y", "?=?"]],
    ["git --config-env=core.editor=E commit", ["core.editor=?"]],
    ["git config core.hooksPath x", ["core.hookspath=x"]],
    ["git config --global core.hooksPath x", ["core.hookspath=x"]],
    ["git config --file f --add core.hooksPath x", ["core.hookspath=x"]],
    ["git config set core.hooksPath x", ["core.hookspath=x"]],
    ["git config set --global core.hooksPath x", ["core.hookspath=x"]],
    ["git config --replace-all core.hooksPath x", ["core.hookspath=x"]],
    ["git config core.hooksPath ?", ["core.hookspath=?"]],
    ["git config ? x", ["?=x"]],
    ["git config %", ["?=?"]],
    ["git config ?", []],
    ["git config core.hooksPath", []],
    ["git config --get core.hooksPath", []],
    ["git config get core.hooksPath", []],
    ["git config --get core.hooksPath x", []],
    ["git config", []],
    ["git config list", []],
    ["git config --list", []],
    ["git config -l", []],
    ["git config --unset commit.gpgsign", ["commit.gpgsign="]],
    ["git config --unset-all commit.gpgsign", ["commit.gpgsign="]],
    ["git config unset commit.gpgsign", ["commit.gpgsign="]],
    ["git config unset", []],
    ["git config --remove-section commit", ["commit.?="]],
    ["git config rename-section commit x", ["commit.?="]],
    ["git config --edit", ["?=?"]],
    ["git config edit", ["?=?"]],
  ])("gitSettingsOf(%s) is %j", (command, settings) => {
    expect(settingsOf(command)).toEqual(settings);
  });

  it.each<[assignments: readonly string[], settings: readonly string[]]>([
    [["A=b"], []],
    [["GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.hooksPath", "GIT_CONFIG_VALUE_0=x"], ["core.hookspath=x"]],
    [["GIT_CONFIG_KEY_0=core.hooksPath"], ["core.hookspath=?"]],
    [["GIT_CONFIG_KEY_0=?", "GIT_CONFIG_VALUE_0=x"], ["?=x"]],
    [["GIT_CONFIG_PARAMETERS='core.hooksPath=x' 'a.b'='c'"], ["core.hookspath=x", "a.b=c"]],
    [["GIT_CONFIG_PARAMETERS=?"], ["?=?"]],
    [["GIT_CONFIG_PARAMETERS='a"], ["?=?"]],
  ])("gitSettingsOf() finds in the environment %j the settings %j", (assignments, settings) => {
    expect(settingsOf("git commit", assignmentsOf(...assignments))).toEqual(settings);
  });

  it("gitSettingsOf() reads the variable that --config-env names", () => {
    expect(settingsOf("git --config-env core.editor=E commit", assignmentsOf("E=a", "E=vim"))).toEqual([
      "core.editor=vim",
    ]);
  });
});
