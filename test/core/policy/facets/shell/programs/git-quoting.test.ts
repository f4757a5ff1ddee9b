import { describe, expect, it } from "vitest";
import { splitAlias } from "../../../../../../src/core/policy/facets/shell/programs/git-quoting.ts";

describe("splitAlias()", () => {
  it.each<[text: string, words: readonly string[] | undefined]>([
    ["", []],
    ["push --force", ["push", "--force"]],
    ["  push \t -f ", ["push", "-f"]],
    ["log '--format=%h %s'", ["log", "--format=%h %s"]],
    ['commit -m "a \\" b"', ["commit", "-m", 'a " b']],
    ["commit -m 'a \\ b'", ["commit", "-m", "a \\ b"]],
    ["a\\ b", ["a b"]],
    ["''", [""]],
    ["pu'sh'", ["push"]],
    ["push 'x", undefined],
  ])("splitAlias(%j) is %j", (text, words) => {
    expect(splitAlias(text)).toEqual(words);
  });
});
