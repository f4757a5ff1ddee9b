import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ShellCommand, UNKNOWN, type Word } from "../../../../src/core/policy/facets/shell/command.ts";
import { commandOf, textOf } from "../facets/shell/programs/commands.ts";
import { permits, restricts } from "./command-conditions.ts";

const MATCHES = [
  { program: "git" },
  { program: "git", subcommand: "push" },
  { program: "git", subcommand: ["stash drop", "clean"] },
  { program: "tool", flags_any: ["--force", "-f"] },
  { program: "git", subcommand: "clean", flags_any: ["-f"], flags_none: ["-n"] },
  { program: "git", subcommand: "push", flags_all: ["-f", "-v"] },
  { program: "git", subcommand: "commit", flags_any: ["--no-verify", "--message=x*"] },
  { program: "git", subcommand: "checkout", flags_any: ["--"] },
  { program: "git", args_any: ["+*", "main"] },
  { program: "git", subcommand: "push", args_all: ["origin", "*main"] },
  { program: ["git", "tool"], args_none: ["main"] },
  { program: "git", subcommand: "push", args_min: 2 },
  { pushes: { branch: ["main"], forced: true } },
  { pushes: { deletes: true } },
  { pushes: { forced: false } },
  { config_any: ["a.b=false", "core.hooksPath"] },
];

const program = fc.constantFrom("git", "git", "git", "tool", "rm");
const word = fc.constantFrom(
  ...["push", "commit", "clean", "stash", "drop", "checkout", "config", "origin", "main", "+main", ":main", "x"],
  ...[
    "-f",
    "-n",
    "-nf",
    "-v",
    "--force",
    "--no-force",
    "--forc",
    "--dry-run",
    "--no-dry-run",
    "--no-verify",
    "--delete",
  ],
  ...[
    "-m",
    "-mx",
    "--message=x",
    "--message",
    "-C",
    "-c",
    "a.b=off",
    "core.hooksPath",
    "core.hooksPath=x",
    "--",
    "--mirror",
  ],
);

function build(name: string, words: readonly Word[]): ShellCommand {
  return { ...commandOf(name), args: words };
}

/** A word of which only the ends are known. */
function hide(text: string, front: number, back: number): Word {
  const hidden = text.slice(0, front) + UNKNOWN + text.slice(Math.max(front, text.length - back));
  return { text: hidden, isOpaque: true, isGlob: false, mayBeMany: false };
}

describe("match.command and what can't be known", () => {
  const command = fc.record({
    name: program,
    words: fc.array(word, { maxLength: 6 }),
    match: fc.constantFrom(...MATCHES),
  });

  it("match.command never overlooks what an unknown part of a word turns out to be", () => {
    const hidden = fc.record({ at: fc.nat(5), front: fc.nat(3), back: fc.nat(2) });
    fc.assert(
      fc.property(command, hidden, ({ name, words, match }, { at, front, back }) => {
        const real = build(name, words.map(textOf));
        const opaque = build(
          name,
          words.map((text, index) => (index === at ? hide(text, front, back) : textOf(text))),
        );
        if (restricts(match, real) === "yes") expect(restricts(match, opaque)).not.toBe("no");
        if (permits(match, real) !== "yes") expect(permits(match, opaque)).not.toBe("yes");
      }),
      { numRuns: 3_000 },
    );
  });

  it("match.command never overlooks what an unquoted expansion turns out to be", () => {
    const many: Word = { text: UNKNOWN, isOpaque: true, isGlob: false, mayBeMany: true };
    const span = fc.record({ at: fc.nat(5), count: fc.nat(3) });
    fc.assert(
      fc.property(command, span, ({ name, words, match }, { at, count }) => {
        const real = words.map(textOf);
        const opaque = build(name, [...real.slice(0, at), many, ...real.slice(at + count)]);
        if (restricts(match, build(name, real)) === "yes") expect(restricts(match, opaque)).not.toBe("no");
        if (permits(match, build(name, real)) !== "yes") expect(permits(match, opaque)).not.toBe("yes");
      }),
      { numRuns: 3_000 },
    );
  });

  it("match.command never permits a program that can't be known", () => {
    fc.assert(
      fc.property(command, ({ words, match }) => {
        const opaque = { ...build("x", words.map(textOf)), program: undefined };
        expect(restricts(match, opaque)).toBe("unknown");
        expect(permits(match, opaque)).toBe("unknown");
      }),
    );
  });
});
