import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNKNOWN, UNKNOWN_COMMAND } from "../../../../../src/core/policy/facets/shell/command.ts";
import { quoteWord } from "../../../../../src/core/policy/facets/shell/script/quote-word.ts";
import { commandsOf, showCommands, showLine } from "./shown-commands.ts";

const plainWord = fc.stringMatching(/^[a-z0-9_@%+:,./-]{1,12}$/);
const anyText = fc.string({ unit: "binary", maxLength: 40 });
const syntax = fc
  .array(
    fc.constantFrom(
      ...Array.from("abrm -/~'\"`$(){}[]<>|&;\n\\!#=*?,.1\u0000\r"),
      "$(",
      "${",
      "<<A\n",
      "A\n",
      "if ",
      "then ",
      "fi;",
      "do ",
      "done;",
      "sudo ",
      "sh -c ",
      "eval ",
      "cd ",
      "{a,b}",
      "$HOME",
      "X=",
      "$X",
      "for X in ",
      "f() {",
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(""));

describe("readCommands()", () => {
  test("readCommands() splits plain words at spaces", () => {
    fc.assert(
      fc.property(fc.array(plainWord, { minLength: 1, maxLength: 8 }), (words) => {
        const [command, ...others] = commandsOf({ command: `zz ${words.join(" ")}` });
        expect(command?.args.map(({ text }) => text)).toEqual(words);
        expect(others).toEqual([]);
      }),
    );
  });

  test("readCommands() gives any text in single quotes back as one word", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const [command, ...others] = commandsOf({ command: `zz '${text.replaceAll("'", String.raw`'\''`)}'` });
        const clean = text.replaceAll("\u0000", "").replaceAll(/\r\n?/g, "\n");
        expect(command?.args).toEqual([
          { text: clean.startsWith("~") ? `./${clean}` : clean, isOpaque: false, isGlob: false, mayBeMany: false },
        ]);
        expect(others).toEqual([]);
      }),
    );
  });

  test("readCommands() reads a word that quoteWord() spelled as it was", () => {
    const word = fc.record({
      text: anyText.filter((text) => !/[\r\u0000]|^~/.test(text) && text !== ""),
      mayBeMany: fc.boolean(),
    });
    fc.assert(
      fc.property(word, ({ text, mayBeMany }) => {
        const spelled = quoteWord({ text, isOpaque: false, isGlob: false, mayBeMany });
        expect(commandsOf({ command: `zz ${spelled}` })[0]?.args.map((arg) => arg.text)).toEqual([text]);
      }),
    );
    expect(quoteWord({ text: `a ${UNKNOWN}b`, isOpaque: true, isGlob: false, mayBeMany: true })).toBe(
      `'a '${UNKNOWN}'b'`,
    );
    expect(quoteWord({ text: "a b\\*/*.c", isOpaque: false, isGlob: true, mayBeMany: false })).toBe("a\\ b\\*/*.c");
  });

  test("readCommands() never throws, and marks words as what they are", () => {
    const value = fc.oneof(syntax, anyText);
    fc.assert(
      fc.property(
        fc.oneof(
          value,
          fc.record({ command: value }),
          fc.record({ command: fc.array(value), args: value }),
          fc.anything(),
        ),
        (input) => {
          for (const action of ["bash", "deploy", "run_python_code"])
            expect(() => showCommands(input, action)).not.toThrow();
        },
      ),
      { numRuns: 500 },
    );
  });

  test("readCommands() finds in the first lines of a script no more than in all of it", () => {
    const line = fc.constantFrom(
      "git status",
      "X=rm; $X y",
      "cd /etc && ls",
      "echo $(pwd)",
      "if a; then b; fi",
      "sudo rm x",
      "f() { c; }",
      "f",
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.nat({ max: 12 }), (lines, count) => {
        const some = showLine(lines.slice(0, count).join("\n"));
        expect(showLine(lines.join("\n")).slice(0, some.length)).toEqual(some);
      }),
    );
  });

  test("readCommands() sees a command whatever stands around it", () => {
    const around = fc.constantFrom<(line: string) => string>(
      (line) => `sudo ${line}`,
      (line) => `env A=b ${line}`,
      (line) => `timeout 5 ${line}`,
      (line) => `( ${line} )`,
      (line) => `{ ${line}; }`,
      (line) => `if a; then ${line}; fi`,
      (line) => `a && ${line}`,
      (line) => `a | ${line}`,
      (line) => `echo "$( ${line} )"`,
      (line) => `sh -c ${quoteWord({ text: line, isOpaque: false, isGlob: false, mayBeMany: false })}`,
      (line) => `eval ${quoteWord({ text: line, isOpaque: false, isGlob: false, mayBeMany: false })}`,
      (line) => `bash <<'END'\n${line}\nEND\n`,
      (line) => `f() { ${line}; }; f`,
      (line) => `while a; do ${line}; done`,
    );
    // Words in front of a program can't stand in front of a keyword or a bracket.
    const isProgram = (line: string): boolean => /^(?:sudo|env|timeout|sh|eval|rm) /.test(line);
    fc.assert(
      fc.property(fc.array(around, { maxLength: 4 }), (wraps) => {
        const line = wraps.reduce((inner, wrap) => {
          const outer = wrap(inner);
          return isProgram(inner) || !/^(?:sudo|env|timeout) /.test(outer) ? outer : inner;
        }, "rm -rf /");
        const found = commandsOf({ command: line }).filter(({ program }) => program === "rm");
        expect(found.some(({ args }) => args.map(({ text }) => text).join(" ") === "-rf /")).toBe(true);
      }),
    );
  });

  test("readCommands() changes nothing in what it is given, and gives the same again", () => {
    const input = Object.freeze({ command: Object.freeze(["rm", "-rf", "/"]), env: Object.freeze({ A: "b" }) });
    expect(showCommands(input)).toEqual(showCommands(input));
    expect(Object.isFrozen(UNKNOWN_COMMAND)).toBe(true);
  });
});
