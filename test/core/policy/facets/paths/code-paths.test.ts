import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCodeLiterals } from "../../../../../src/core/policy/facets/paths/code-literals.ts";
import { findCodePaths } from "../../../../../src/core/policy/facets/paths/code-paths.ts";
import { buildWord } from "./build-command.ts";

const BASE = { workspace: [], directory: "", isAdrift: false };

function listPaths(code: string): readonly string[] {
  const word = { text: code, isOpaque: code.includes("\0"), isGlob: false, mayBeMany: false };
  return findCodePaths(word, BASE).map(({ text, accesses }) => `${accesses.join("+")} ${text.replaceAll("\0", "$")}`);
}

const ANY_FILE = "read+write+overwrite+delete+list $";

describe("findCodePaths()", () => {
  it.each<[code: string, ...expected: string[]]>([
    ["print(open('/etc/shadow').read())", "read /etc/shadow"],
    ['print(open("/etc/" + "shadow").read())', "read /etc/shadow"],
    ["open('/etc' '/shadow')", "read /etc/shadow"],
    ["open(r'/etc/x'); open(b'.env')", "read /etc/x", "read .env"],
    ["open('/etc/' + name)", "read /etc/$"],
    ["open(home + '/.ssh/id_rsa')", "read $/.ssh/id_rsa"],
    ["open(f'{home}/.env')", "read $/.env"],
    ["open('/x/%s' % name)", "read /x/%s$"],
    ["open('/x/{}'.format(name))", "read /x/{}$"],
    ["fs.readFileSync(`${dir}/.env`)", "read $/.env"],
    ['File.read("#{dir}/.env")', "read $/.env"],
    ["open('\\x2fetc\\u002fshadow')", "read /etc/shadow"],
    ["open('/etc/sh\\adow')", "read /etc/shadow"],
    ["open('.env\\0')", "read .env$"],
    ["os.chdir('/etc'); open('a.txt')", "read /etc/a.txt"],
    ["glob.glob('/etc/*.conf')", "read /etc/*.conf"],
    ["print('a sentence. Another')"],
    ["print('unterminated"],
    ["x = 'a\nb.txt"],
    ["x = `${never closed .env`"],
    ["print(1)"],
  ])("%s", (code, ...expected) => {
    expect(listPaths(code)).toEqual(expected);
  });

  it.each<[code: string, accesses: string]>([
    ["open('a.txt', 'w')", "read+write"],
    ["open('a.txt', mode=\"ab\")", "read+write"],
    ["open('a.txt', 'r')", "read"],
    ["open('a.txt', 'r+')", "read+write"],
    ["Path('a.txt').write_text(x)", "read+write"],
    ["fs.writeFileSync('a.txt', x)", "read+write"],
    ["fs.appendFile('a.txt', x)", "read+write"],
    ["shutil.move(x, 'a.txt')", "read+write"],
    ["os.unlink('a.txt')", "read+delete"],
    ["fs.rmSync('a.txt')", "read+delete"],
    ["shutil.rmtree('a.txt')", "read+delete"],
    ["sys.stdout.write(open('a.txt').read())", "read"],
    ["process.stdout.write(read('a.txt'))", "read"],
    ["open(F, '>', 'a.txt')", "read+write"],
    ["open(F, '>a.txt')", "read+write"],
    ["open(F, '< a.txt')", "read"],
  ])("%s: %s", (code, accesses) => {
    expect(listPaths(code).at(-1)).toBe(`${accesses} a.txt`);
  });

  it.each([
    ["open(base64.b64decode('Li9lbnY=')).read()"],
    ["open(chr(46) + 'x')"],
    ["String.fromCharCode(46)"],
    ["open('wodahs/cte/'[::-1])"],
    ["Buffer.from('x', 'base64')"],
  ])("says that %s may open any file", (code) => {
    expect(listPaths(code)).toContain(ANY_FILE);
  });

  it("says that a program that isn't wholly known may open any file", () => {
    expect(findCodePaths(buildWord("print($)"), BASE).map(({ text }) => text)).toEqual(["\0"]);
  });
});

describe("findCodeLiterals()", () => {
  it("takes time in step with the text, whatever the quotes", () => {
    const hostile = ['\\"', "'`", '"', "\\'\"", "`${", "'+'"].map((part) => part.repeat(40_000));
    const start = performance.now();
    for (const text of hostile) findCodeLiterals(text);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it("never throws", () => {
    const part = fc.constantFrom(
      "'",
      '"',
      "`",
      "\\",
      "\\x2f",
      "\\u{110000}",
      "{",
      "}",
      "$",
      "#",
      "+",
      "\n",
      "f",
      "a",
      ".format",
      "%",
    );
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join("")),
        (code) => {
          for (const { text } of findCodeLiterals(code)) expect(typeof text).toBe("string");
        },
      ),
    );
  });
});
