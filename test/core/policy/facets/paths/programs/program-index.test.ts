import { describe, expect, it } from "vitest";
import {
  ALL_PROGRAMS,
  findProgramReader,
} from "../../../../../../src/core/policy/facets/paths/programs/program-index.ts";

function splitWords(text: string): readonly string[] {
  return text.split(" ");
}

describe("the tables of programs", () => {
  it("name each program once, in lower case but for those that have capitals", () => {
    const programs = ALL_PROGRAMS.flatMap(({ programs: names }) => splitWords(names));
    const twice = programs.filter((program, index) => programs.indexOf(program) !== index);
    expect(twice).toEqual([]);
    expect(programs.filter((program) => program !== program.toLowerCase())).toEqual(["Rscript"]);
  });

  it("give each option one meaning, with its dashes", () => {
    for (const { values = {} } of ALL_PROGRAMS) {
      const options = Object.values(values).flatMap(splitWords);
      expect(options.filter((option, index) => options.indexOf(option) !== index)).toEqual([]);
      expect(options.filter((option) => !/^--?[\w-]+$/.test(option))).toEqual([]);
    }
  });
});

describe("findProgramReader()", () => {
  it.each([
    ["Get-Content", "get-content"],
    ["TYPE", "type"],
    ["python3.12", "python"],
    ["vim.exe", "vim"],
    ["gawk-5.1", "gawk"],
  ])("reads %s as %s", (program, known) => {
    expect(findProgramReader(program)).toBe(findProgramReader(known));
    expect(findProgramReader(program).isGuess && !known.startsWith("python")).toBe(false);
  });

  it("knows nothing of other programs", () => {
    expect(findProgramReader("constructor")).toBe(findProgramReader("no-such-program"));
    expect(findProgramReader("7zip")).toBe(findProgramReader("no-such-program"));
  });
});
