import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePathPatterns } from "../../../../src/core/policy/match/path-set.ts";
import type { Truth } from "../../../../src/core/policy/truth.ts";
import { buildPath, compare } from "./compare-paths.ts";

describe("compilePathPatterns() with a path that is a glob", () => {
  it.each<[pattern: string, glob: string, expected: Truth]>([
    ["/etc/passwd", "/e?c/passwd", "unknown"],
    ["/etc/passwd", "/e?c/group", "no"],
    ["/etc/**", "/etc/p*", "yes"],
    ["/etc/**", "/etc/*", "yes"],
    ["/etc/**", "/[d-f]tc/x", "unknown"],
    ["/etc/**", "/[!e]tc/x", "no"],
    ["/etc/shadow", "/etc/*", "unknown"],
    ["/etc/shadow", "/etc/*.conf", "no"],
    ["~/.ssh/**", "~/.ss*/id_*", "unknown"],
    ["~/.ssh/id_*", "~/.ssh/id_r*", "yes"],
    ["~/.ssh/id_*", "~/.ssh/*", "unknown"],
    ["**/.env", ".en*", "unknown"],
    ["**/.env", ".*", "unknown"],
    ["**/.env", "*", "no"],
    ["**/.env", "?env", "no"],
    ["**/.e[mn]v", ".e[n]v", "unknown"],
    ["**/?env", ".env*", "unknown"],
    ["**/?env", "?env", "yes"],
    ["**/[.]env", "[.]env", "unknown"],
    ["**/*.pem", "*.pem", "yes"],
    ["**/*.pem", "*.p*", "unknown"],
    ["**/*.pem", "*.ts", "no"],
    ["**/*.pem", "*", "no"],
    ["**/*.pem", "src/**/*", "no"],
    ["**/service*.json", "*.json", "no"],
    ["**/service*.json", "s*.json", "unknown"],
    ["**/.ssh/**", "~/.ssh/*", "yes"],
    ["**/.ssh/**", "*/.ssh", "yes"],
    ["**/.ssh/**", "**/.ssh/x", "yes"],
    ["a/b/c", "a/**/c", "unknown"],
    ["a/b/c", "a/**/d", "no"],
    ["a\\*", "a\\*", "yes"],
    ["ab", "a\\*", "no"],
    ["src/**", "src/*.ts", "yes"],
  ])("compares %j with %j: %s", (pattern, glob, expected) => {
    expect(compare(pattern, glob, { isGlob: true })).toBe(expected);
  });

  it("never says no where a file that the glob stands for fits the pattern, but for everyday globs", () => {
    const part = fc.constantFrom("a", "b", "ab", "a*", "?", "[ab]", "[!a]*", "b?");
    const anyGlob = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    const anyPattern = fc.array(fc.oneof(part, fc.constantFrom("**", "*")), { minLength: 1, maxLength: 3 });
    const anyFile = fc.array(fc.constantFrom("a", "b", "ab", "ba", "abc"), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        anyPattern.map((parts) => parts.join("/")),
        anyGlob,
        anyFile,
        (pattern, glob, file) => {
          const standsForIt = compare(glob, file.join("/")) === "yes";
          const fitsIt = compare(pattern, file.join("/")) === "yes";
          const truth = compare(pattern, glob, { isGlob: true });
          if (standsForIt)
            expect([pattern, glob, file, truth]).not.toEqual([pattern, glob, file, fitsIt ? "no" : "yes"]);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("can't tell for regexes, unless the glob is an everyday one", () => {
    const test = compilePathPatterns({ globs: [], regexes: [(text) => text.endsWith(".pem")], ignoresCase: false });
    const globs = ["*.pem", "s*", "*.ts", "src/*"].map((glob) => test(buildPath(glob, { isGlob: true })));
    expect([...globs, test(buildPath("$")), test(buildPath("a/$.md"))]).toEqual([
      "yes",
      "unknown",
      "no",
      "no",
      "unknown",
      "unknown",
    ]);
  });
});

describe("compilePathPatterns() with a path that can't be known", () => {
  it.each<[pattern: string, path: string, expected: Truth]>([
    ["/etc/passwd", "$", "unknown"],
    ["/etc/passwd", "$/passwd", "unknown"],
    ["/etc/passwd", "$wd", "unknown"],
    ["/etc/passwd", "$.md", "no"],
    ["/etc/**", "$/a.ts", "unknown"],
    ["/etc/**", "src/$", "unknown"],
    ["/etc/**", "/srv/$/x", "unknown"],
    ["**/.env", "$/.env", "yes"],
    ["**/.env", "$/a.ts", "no"],
    ["**/.env", "$v", "unknown"],
    ["**/.ssh/**", "$/a", "unknown"],
    ["**/*.md", "$.md", "yes"],
    ["**/*.md", "$/a.md", "yes"],
    ["**/*.md", "$", "unknown"],
    ["**", "$", "yes"],
    ["*.md", "$.md", "unknown"],
    ["~/.ssh/**", "$/x", "unknown"],
  ])("compares %j with %j: %s", (pattern, path, expected) => {
    expect(compare(pattern, path)).toBe(expected);
  });

  it("looks at what is certain in a glob, too", () => {
    expect(compare("**/*.pem", "$/*.pem", { isGlob: true })).toBe("yes");
    expect(compare("**/*.pem", "$/*.ts", { isGlob: true })).toBe("no");
  });

  it.each<[pattern: string, path: string, expected: Truth]>([
    ["/etc/passwd", "passwd", "unknown"],
    ["/etc/passwd", "etc/passwd", "no"],
    ["/etc/**", "out.log", "no"],
    ["/etc/**", "etc/out.log", "no"],
    ["/etc/cron.d/**", "cron.d/x", "unknown"],
    ["/etc/*", "x", "no"],
    ["~/.bashrc", ".bashrc", "unknown"],
    ["~/.bashrc", ".zshrc", "no"],
    ["src/**", "src/a", "unknown"],
    ["a/src/**", "src/a", "unknown"],
    ["**/.env", ".env", "yes"],
    ["**/.env", "a", "no"],
  ])("compares %j with %j in a directory that nobody knows: %s", (pattern, path, expected) => {
    expect(compare(pattern, path, { isAdrift: true })).toBe(expected);
  });

  it.each<[pattern: string, path: string, expected: Truth]>([
    ["/etc/passwd", "../../etc/passwd", "unknown"],
    ["/etc/**", "../etc/x", "unknown"],
    ["/etc/**", "../x", "no"],
    ["/etc/passwd", "../passwd", "unknown"],
    ["/etc/**", "..", "no"],
    ["../**", "../x", "yes"],
    ["**/.env", "../.env", "yes"],
    ["~/.bashrc", "../.bashrc", "unknown"],
  ])("compares %j with %j, which climbs: %s", (pattern, path, expected) => {
    expect(compare(pattern, path)).toBe(expected);
  });
});

describe("compilePathPatterns() with a whole tree", () => {
  it.each<[pattern: string, path: string, expected: Truth]>([
    ["~/.ssh/**", "~", "unknown"],
    ["~/.ssh/**", "/home/ada", "unknown"],
    ["~/.ssh/**", "/home", "unknown"],
    ["~/.ssh/**", "/", "unknown"],
    ["~/.ssh/**", "~/.aws", "no"],
    ["~/.ssh/**", "~/.ssh", "yes"],
    ["/etc/shadow", "/etc", "unknown"],
    ["/etc/shadow", "/", "unknown"],
    ["/etc/shadow", "/etc/ssl", "no"],
    ["/etc/shadow", "/etc/shadow/x", "no"],
    ["/etc/shadow", ".", "no"],
    ["/srv/**/x", "/srv/a", "unknown"],
    ["secrets/a", ".", "unknown"],
    ["secrets/a", "secrets", "unknown"],
    ["secrets/a", "src", "no"],
    ["**/.env", "src", "no"],
    ["**/.env", ".", "no"],
    ["**/.env", "~", "unknown"],
    ["**/.env", "/home", "unknown"],
    ["**/.env", "/home/ada", "unknown"],
    ["**/.env", "/home/ada/src", "no"],
  ])("compares %j with the tree %j: %s", (pattern, path, expected) => {
    expect(compare(pattern, path, { isTree: true })).toBe(expected);
  });

  it("takes patterns for any directory to be about broad trees only where these are read", () => {
    expect(compare("**/.env", "/", { isTree: true, accesses: ["write"] })).toBe("no");
  });
});
