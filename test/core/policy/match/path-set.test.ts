import fc from "fast-check";
import { Minimatch } from "minimatch";
import { describe, expect, it } from "vitest";
import { createPath } from "../../../../src/core/policy/facets/paths/create-path.ts";
import type { Access, PathFact } from "../../../../src/core/policy/facets/paths/path-fact.ts";
import { checkGlob } from "../../../../src/core/policy/match/globs.ts";
import { parsePathGlob } from "../../../../src/core/policy/match/path-pattern.ts";
import { compilePathPatterns } from "../../../../src/core/policy/match/path-set.ts";
import type { Truth } from "../../../../src/core/policy/truth.ts";

interface Given {
  readonly isGlob?: boolean;
  readonly isTree?: boolean;
  readonly isAdrift?: boolean;
  readonly ignoresCase?: boolean;
  readonly accesses?: readonly Access[];
}

function buildPath(written: string, given: Given = {}): PathFact {
  const { isGlob = false, isTree = false, isAdrift = false, accesses = ["read"] } = given;
  const base = { workspace: [], directory: "", isAdrift };
  return createPath({ written: written.replaceAll("$", "\0"), isGlob, isTree, isFromInput: false, accesses }, base);
}

function compare(pattern: string | readonly string[], written: string, given: Given = {}): Truth {
  const { ignoresCase = false } = given;
  const sources = typeof pattern === "string" ? [pattern] : pattern;
  const globs = sources.flatMap((source) => parsePathGlob(source, ignoresCase));
  return compilePathPatterns({ globs, regexes: [], ignoresCase })(buildPath(written, given));
}

describe("compilePathPatterns() with a path that is known", () => {
  it.each<[pattern: string, path: string, expected: Truth]>([
    ["/etc/passwd", "/etc/passwd", "yes"],
    ["/etc/passwd", "/etc/passwd2", "no"],
    ["/etc/**", "/etc/a/b", "yes"],
    ["/etc/**", "/etc", "yes"],
    ["/etc/**", "/etc2/a", "no"],
    ["/etc/**", "etc/a", "no"],
    ["/etc/*", "/etc/a", "yes"],
    ["/etc/*", "/etc/a/b", "no"],
    ["/etc/*", "/etc", "no"],
    ["/**", "/", "yes"],
    ["/", "/", "yes"],
    ["/", "/a", "no"],
    ["**", ".", "yes"],
    ["**", "/a/b", "yes"],
    ["*", "a", "yes"],
    ["*", "a/b", "no"],
    ["*", "/a", "no"],
    [".", ".", "yes"],
    ["src/**", "src/a.ts", "yes"],
    ["./src//./**/", "src/a.ts", "yes"],
    ["src/**/*.ts", "src/a.ts", "yes"],
    ["src/**/*.ts", "src/a/b/c.ts", "yes"],
    ["src/**/*.ts", "src/a/b/c.js", "no"],
    ["**/.env", ".env", "yes"],
    ["**/.env", "/a/b/.env", "yes"],
    ["**/.env", ".env.local", "no"],
    ["**/.env.*", ".env.local", "yes"],
    ["**/*.pem", "a.pem", "yes"],
    ["**/*.pem", ".pem", "yes"],
    ["**/*.tar.gz", "a.tar.gz", "yes"],
    ["**/*.tar.gz", "a.gz", "no"],
    ["**/id_*", "a/id_rsa", "yes"],
    ["**/id_*", "a/idx", "no"],
    ["**/?d_rsa", "a/id_rsa", "yes"],
    ["**/[a-j]d_rsa", "a/id_rsa", "yes"],
    ["**/[!a-j]d_rsa", "a/id_rsa", "no"],
    ["**/[^]a]d", "bd", "yes"],
    ["**/a\\*b", "a*b", "yes"],
    ["**/a\\*b", "axb", "no"],
    ["**/a[*]b*", "a*bc", "yes"],
    ["{a,b}/{c,d}", "b/c", "yes"],
    ["{a,b}/{c,d}", "b/e", "no"],
    ["\\{a,b}", "{a,b}", "yes"],
    ["~/.ssh/**", "~/.ssh/x", "yes"],
    ["~/.ssh/**", "/home/ada/.ssh/x", "yes"],
    ["~/.ssh/**", "/srv/ada/.ssh/x", "no"],
    ["/home/*/.ssh/**", "/home/ada/.ssh/x", "yes"],
    ["/home/ada/**", "~/x", "unknown"],
    ["/Users/**", "~/x", "unknown"],
    ["/etc/**", "~/x", "no"],
    ["/root/**", "~/x", "no"],
    ["**/.ssh/**", "~/.ssh/x", "yes"],
  ])("compares %j with %j: %s", (pattern, path, expected) => {
    expect(compare(pattern, path)).toBe(expected);
  });

  it("ignores letter case only where it is told to", () => {
    expect(compare("/etc/Pass*", "/ETC/passwd")).toBe("no");
    expect(compare("/etc/Pass*", "/ETC/passwd", { ignoresCase: true })).toBe("yes");
  });

  it("searches regexes in every name of the path", () => {
    const test = compilePathPatterns({ globs: [], regexes: [(text) => text.startsWith("~/x")], ignoresCase: false });
    expect([test(buildPath("/home/ada/x/y")), test(buildPath("/srv/x"))]).toEqual(["yes", "no"]);
  });

  it("agrees with minimatch, but for `/**`, which also fits the directory itself", () => {
    const name = fc.constantFrom("a", "b", ".a", "ab", "a.b", "a.pem");
    const part = fc.constantFrom(
      "a",
      "b",
      "*",
      "**",
      "?",
      "[ab]",
      "[!a]",
      "a*",
      "*b",
      "*.pem",
      ".*",
      "{a,b}",
      "{a.b,*}",
      "??*",
    );
    const pattern = fc.tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 4 }));
    const path = fc.tuple(fc.boolean(), fc.array(name, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(pattern, path, ([fromRoot, parts], [isAbsolute, names]) => {
        const glob = (fromRoot ? "/" : "") + parts.join("/");
        const text = (isAbsolute ? "/" : "") + names.join("/");
        fc.pre(!("fault" in checkGlob(glob)));
        const matcher = new Minimatch(glob, {
          dot: true,
          noext: true,
          nocomment: true,
          nonegate: true,
          platform: "linux",
          optimizationLevel: 0,
        });
        const expected = matcher.match(text) || (glob.endsWith("/**") && matcher.match(`${text}/x`));
        fc.pre(!(glob === "**" || glob.startsWith("**/") || glob.startsWith("{")) || !isAbsolute);
        expect(compare(glob, text)).toBe(expected ? "yes" : "no");
      }),
      { numRuns: 2_000 },
    );
  });

  it("finds by its index what it finds one by one", () => {
    const part = fc.constantFrom("a", "b", ".a", "*", "**", "a*", "id_*", "*.pem", "[ab].pem", "x.pem", "~", "");
    const patterns = fc.array(
      fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
      { maxLength: 6 },
    );
    const path = fc.array(fc.constantFrom("a", "b", ".a", "id_x", "a.pem", "x.pem", "~"), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(patterns, path, (globs, names) => {
        const text = names.join("/");
        const alone = globs.some((glob) => compare(glob, text) === "yes");
        expect(compare(globs, text) === "yes").toBe(alone);
      }),
    );
  });
});

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
