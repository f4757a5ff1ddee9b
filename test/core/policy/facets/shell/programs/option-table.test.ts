import { describe, expect, it } from "vitest";
import { parseOptionTable } from "../../../../../../src/core/policy/facets/shell/programs/option-table.ts";
import {
  GIT_GLOBAL_OPTIONS,
  GIT_SUBCOMMAND_OPTIONS,
} from "../../../../../../src/core/policy/facets/shell/programs/git-options.ts";
import { BUILD_PROGRAMS } from "../../../../../../src/core/policy/facets/shell/programs/build-programs.ts";
import { FILE_PROGRAMS } from "../../../../../../src/core/policy/facets/shell/programs/file-programs.ts";
import { NETWORK_PROGRAMS } from "../../../../../../src/core/policy/facets/shell/programs/network-programs.ts";

const TABLE = "-f|--force --force-with-lease[=] -m|--message= --no-verify";

describe("parseOptionTable()", () => {
  it.each<[typed: string, names: readonly string[], isNegated: boolean]>([
    ["-f", ["-f"], false],
    ["--force", ["-f"], false],
    ["--force-w", ["--force-with-lease"], false],
    ["--forc", ["-f", "--force-with-lease"], false],
    ["--mes", ["-m"], false],
    ["--no-force", ["-f"], true],
    ["--no-force-", ["--force-with-lease"], true],
    ["--no-verify", ["--no-verify"], false],
    ["--no-v", ["--no-verify"], false],
    ["--verify", ["--no-verify"], true],
    ["--veri", ["--no-verify"], true],
  ])("parseOptionTable() takes %s for %j, taken back: %j", (typed, names, isNegated) => {
    const found = parseOptionTable(TABLE).byTyped.get(typed);
    expect(found?.specs.map((spec) => spec.names[0])).toEqual(names);
    expect(found?.isNegated).toBe(isNegated);
  });

  it.each(["--", "-x", "--forces", "--no-forces", "-fo"])("parseOptionTable() finds nothing for %s", (typed) => {
    expect(parseOptionTable(TABLE).byTyped.has(typed)).toBe(false);
  });

  it("parseOptionTable() knows which options have values", () => {
    const { byTyped } = parseOptionTable(TABLE);
    const values = ["-f", "--force-with-lease", "--message"].map((name) => byTyped.get(name)?.specs[0]?.value);
    expect(values).toEqual(["none", "attached", "required"]);
  });

  it("parseOptionTable() reads dots as a table with gaps", () => {
    expect(parseOptionTable(TABLE).isComplete).toBe(true);
    expect(parseOptionTable(`${TABLE} ...`).isComplete).toBe(false);
  });
});

describe("tables of programs", () => {
  const programs = { ...BUILD_PROGRAMS, ...FILE_PROGRAMS, ...NETWORK_PROGRAMS };
  const tables: [name: string, text: string][] = [
    ["git", GIT_GLOBAL_OPTIONS],
    ...Object.entries(GIT_SUBCOMMAND_OPTIONS).map(([name, text]): [string, string] => [`git ${name}`, text]),
    ...Object.entries(programs).flatMap(([name, { options, subcommands = {} }]) => [
      [name, options] satisfies [string, string],
      ...Object.entries(subcommands).map(([sub, text]): [string, string] => [`${name} ${sub}`, text]),
    ]),
  ];

  it.each(tables)("the table of %s is well written, and names each option once", (_, text) => {
    const words = text.split(/\s+/).filter((word) => word !== "" && word !== "...");
    for (const word of words)
      expect(word).toMatch(
        /^(-[A-Za-z0-9@]|--?[a-z0-9][a-z0-9.-]*)(\|(-[A-Za-z0-9]|--?[a-z0-9][a-z0-9-]*))*(=|\[=\])?$/,
      );
    const names = words.flatMap((word) => word.replace(/(\[=\]|=)$/, "").split("|"));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
