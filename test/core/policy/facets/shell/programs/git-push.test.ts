import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../../../../src/core/policy/facets/shell/command.ts";
import { gitPushOf } from "../../../../../../src/core/policy/facets/shell/programs/git-push.ts";
import { commandOf } from "./commands.ts";

/** Name, whether it is forced, whether it is deleted. */
type Ref = readonly [name: string, isForced: string, isDeleted: string];

function refsOf(command: string): readonly Ref[] {
  return gitPushOf(commandOf(command)).map((ref) => [
    ref.name.text.replaceAll(UNKNOWN, "?"),
    ref.isForced,
    ref.isDeleted,
  ]);
}

describe("gitPushOf()", () => {
  it.each<[command: string, refs: readonly Ref[]]>([
    ["git status", []],
    ["git", []],
    ["git push", [["?", "no", "no"]]],
    ["git push origin", [["?", "no", "no"]]],
    ["git push -f", [["?", "yes", "no"]]],
    ["git push -f origin main", [["main", "yes", "no"]]],
    ["git send-pack --force host main", [["main", "yes", "no"]]],
    [
      "git push origin main dev",
      [
        ["main", "no", "no"],
        ["dev", "no", "no"],
      ],
    ],
    [
      "git push origin +main dev",
      [
        ["main", "yes", "no"],
        ["dev", "no", "no"],
      ],
    ],
    ["git push origin HEAD", [["?", "no", "no"]]],
    ["git push origin +@", [["?", "yes", "no"]]],
    ["git push origin HEAD:main", [["main", "no", "no"]]],
    ["git push origin +HEAD:refs/heads/main", [["main", "yes", "no"]]],
    ["git push origin heads/team/main", [["team/main", "no", "no"]]],
    ["git push origin refs/tags/v1", [["refs/tags/v1", "no", "no"]]],
    ["git push origin tag v1", [["v1", "no", "no"]]],
    ["git push origin main:", [["?", "no", "no"]]],
    ["git push origin :main", [["main", "no", "yes"]]],
    ["git push origin +:main", [["main", "yes", "yes"]]],
    ["git push origin :", [["?", "no", "no"]]],
    ["git push origin +:", [["?", "yes", "no"]]],
    ["git push --delete origin main", [["main", "no", "yes"]]],
    ["git push -d origin main", [["main", "no", "yes"]]],
    ["git push origin main --delete", [["main", "no", "yes"]]],
    ["git push --prune origin", [["?", "no", "yes"]]],
    ["git push --mirror", [["?", "yes", "yes"]]],
    ["git push --force --tags", [["refs/tags/?", "yes", "no"]]],
    ["git push --force --tags --all", [["?", "yes", "no"]]],
    ["git push --force --tags origin dev", [["dev", "yes", "no"]]],
    ["git push -f origin ^main", [["?", "yes", "no"]]],
    ["git push --force-with-lease origin dev", [["dev", "yes", "no"]]],
    ["git push --force-if-includes origin dev", [["dev", "yes", "no"]]],
    ["git push --forc origin dev", [["dev", "likely", "no"]]],
    ["git push -nf origin main", []],
    ["git push --dry-run --mirror", []],
    ["git push --dry-run --no-dry-run -f origin main", [["main", "yes", "no"]]],
    ["git push --repo=x -f", [["?", "yes", "no"]]],
    ["git push -f origin 'refs/heads/*:refs/heads/*'", [["?'", "yes", "no"]]],
    ["git push -f origin a*", [["?", "yes", "no"]]],
    ["git push -f origin +refs/heads/*:refs/heads/*", [["?", "yes", "no"]]],
    ["git push origin *:x", [["x", "no", "no"]]],
  ])("gitPushOf(%s) is %j", (command, refs) => {
    expect(refsOf(command)).toEqual(refs);
  });

  it.each<[command: string, refs: readonly Ref[]]>([
    ["git push origin ?", [["?", "unknown", "unknown"]]],
    ["git push origin HEAD:?", [["?", "no", "no"]]],
    ["git push origin ?:main", [["main", "unknown", "unknown"]]],
    ["git push origin a?:main", [["main", "no", "no"]]],
    ["git push origin feature/?", [["?", "no", "no"]]],
    ["git push -f origin a?b", [["?b", "yes", "no"]]],
    ["git push %", [["?", "unknown", "unknown"]]],
    ["git ? origin main", [["?", "unknown", "unknown"]]],
    ["git push -f origin %", [["?", "likely", "unknown"]]],
    [
      "git push ? main",
      [
        ["main", "unknown", "unknown"],
        ["?", "unknown", "unknown"],
      ],
    ],
    [
      "git push -nf origin main ?",
      [
        ["main", "unknown", "unknown"],
        ["?", "unknown", "unknown"],
      ],
    ],
  ])("gitPushOf(%s) keeps apart what can't be known: %j", (command, refs) => {
    expect(refsOf(command)).toEqual(refs);
  });

  it.each<[command: string, refs: readonly Ref[]]>([
    ["git -c remote.origin.push=+HEAD:main push", [["main", "yes", "no"]]],
    ["git -c remote.origin.push=dev push origin", [["dev", "no", "no"]]],
    ["git -c remote.origin.push=+main push origin dev", [["dev", "no", "no"]]],
    ["git -c remote.origin.mirror=true push", [["?", "yes", "yes"]]],
    ["git -c remote.origin.mirror=? push", [["?", "yes", "yes"]]],
    ["git -c remote.origin.mirror=no push", [["?", "no", "no"]]],
    ["git -c remote.origin.url=x push", [["?", "no", "no"]]],
    ["git -c user.name=x push", [["?", "no", "no"]]],
    ["git -c ? push", [["?", "unknown", "unknown"]]],
  ])("gitPushOf(%s) sees what the configuration pushes: %j", (command, refs) => {
    expect(refsOf(command)).toEqual(refs);
  });
});
