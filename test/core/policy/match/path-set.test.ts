import fc from "fast-check";
import { Minimatch } from "minimatch";
import { describe, expect, it } from "vitest";
import { checkGlob } from "../../../../src/core/policy/match/globs.ts";
import { compilePathPatterns } from "../../../../src/core/policy/match/path-set.ts";
import type { Truth } from "../../../../src/core/policy/truth.ts";
import { buildPath, compare } from "./compare-paths.ts";

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
