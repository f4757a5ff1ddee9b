import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../../../../src/core/policy/facets/shell/command.ts";
import { openGlob } from "../../../../../../src/core/policy/facets/shell/programs/words.ts";
import { textOf } from "./commands.ts";

describe("openGlob()", () => {
  it.each<[glob: string, opened: string]>([
    ["*.ts", "?.ts"],
    ["a?c", "a?c"],
    ["[a-c]x*", "?x?"],
    ["a\\*b*", "a*b?"],
    ["\\[a]*", "[a]?"],
    ["a[b", "a[b"],
    ["refs/heads/*:refs/heads/*", "refs/heads/*:refs/heads/*"],
    ["+refs/heads/\\*", "+refs/heads/*"],
  ])("openGlob(%s) is %s", (glob, opened) => {
    const word = openGlob({ ...textOf(glob), isGlob: true });
    expect(word.text.replaceAll(UNKNOWN, "?")).toBe(opened);
    expect(word.isOpaque).toBe(word.text.includes(UNKNOWN));
  });

  it("openGlob() leaves quoted words alone", () => {
    const word = textOf("*.ts");
    expect(openGlob(word)).toBe(word);
  });
});
