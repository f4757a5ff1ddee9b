import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitNameWords } from "../../../../../src/core/policy/facets/names/name-words.ts";

describe("splitNameWords", () => {
  it.each<[name: string, expected: readonly string[]]>([
    ["", []],
    ["__", []],
    ["Read", ["read"]],
    ["read_file", ["read", "file"]],
    ["read-file", ["read", "file"]],
    ["fs.readFile", ["fs", "read", "file"]],
    ["fs:read/file", ["fs", "read", "file"]],
    ["mcp__fs__writeFile", ["mcp", "fs", "write", "file"]],
    ["HTTPGet", ["http", "get"]],
    ["getHTTP", ["get", "http"]],
    ["GET", ["get"]],
    ["listURLs", ["list", "urls"]],
    ["listURLsNow", ["list", "urls", "now"]],
    ["readPDFsample", ["read", "pd", "fsample"]],
    ["aB", ["a", "b"]],
    ["python3", ["python3", "python", "3"]],
    ["get_v2Items", ["get", "v2", "v", "2", "items"]],
    ["3", ["3"]],
    ["ÉcrireFichier", ["écrire", "fichier"]],
    ["größe_lesen", ["größe", "lesen"]],
    ["ｒｅａｄ＿ｆｉｌｅ", ["read", "file"]],
    ["re\u200bad", ["read"]],
    ["re\u0301ad", ["réad"]],
    ["🚀run", ["run"]],
    ["\ud800run", ["run"]],
    ["文件读取", ["文件读取"]],
    ["x٣", ["x٣"]],
    ["credit_lookup", ["credit", "lookup"]],
  ])("splitNameWords(%j) has %j", (name, expected) => {
    expect([...splitNameWords(name)]).toEqual(expected);
  });

  it("splitNameWords() takes linear time", () => {
    const start = performance.now();
    for (const part of ["aB1_", "A", "1", "_", "é", "\u0301", "Aé"]) splitNameWords(part.repeat(10_000 / part.length));
    expect(performance.now() - start).toBeLessThan(200);
  });

  it("splitNameWords() finds every word that a name was joined from", () => {
    const word = fc.stringMatching(/^[a-z]{2,8}$/);
    const join = fc.constantFrom(
      (words: readonly string[]) => words.join("_"),
      (words: readonly string[]) => words.join("-"),
      (words: readonly string[]) => words.map((text) => text.charAt(0).toUpperCase() + text.slice(1)).join(""),
      (words: readonly string[]) => words.join("__").toUpperCase(),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), join, (words, joined) => {
        expect(splitNameWords(joined(words))).toEqual(new Set(words));
      }),
    );
  });
});
