import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizePath } from "../../../../../src/core/policy/facets/paths/normalize-path.ts";

describe("normalizePath()", () => {
  it.each<[written: string, base: string, expected: string]>([
    ["src/a.ts", "", "src/a.ts"],
    ["src/a.ts", "/work", "/work/src/a.ts"],
    ["src/a.ts", "~", "~/src/a.ts"],
    ["src/a.ts", ".", "src/a.ts"],
    ["./src/./a.ts", "", "src/a.ts"],
    ["src//a.ts", "", "src/a.ts"],
    ["src/", "", "src"],
    [".", "", "."],
    ["", "", "."],
    ["", "/work", "/work"],
    ["a/..", "", "."],
    ["..", "a/b", "a"],
    ["../../../x", "a/b", "../x"],
    ["../x", "../y", "../x"],
    ["/", "", "/"],
    ["//", "", "/"],
    ["/../..", "", "/"],
    ["/etc/../etc//passwd", "", "/etc/passwd"],
    ["/etc/./x/.././passwd/", "", "/etc/passwd"],
    [".env", "", ".env"],
    ["..env", "", "..env"],
    ["...", "", "..."],
    ["~", "", "~"],
    ["~/", "", "~"],
    ["~/.ssh/../.aws", "/work", "~/.aws"],
    ["~ada/.ssh", "", "~/.ssh"],
    ["~/..", "", ".."],
    ["~/../../etc/shadow", "", "../../etc/shadow"],
    ["a~/b", "", "a~/b"],
    ["C:/Users/ada/x", "/work", "C:/Users/ada/x"],
    ["c:/Windows/../x", "", "C:/x"],
    ["C:/", "", "C:"],
    ["c:x", "", "c:x"],
  ])("brings %j from %j to %j", (written, base, expected) => {
    expect(normalizePath(written, base)).toEqual({ text: expected, isAdrift: false });
  });

  it.each<[written: string, base: string, expected: string]>([
    ["/proc/self/root/etc/shadow", "", "/etc/shadow"],
    ["/proc/thread-self/root", "", "/"],
    ["/proc/1/root/../etc/shadow", "", "/etc/shadow"],
    ["/proc/*/root/proc/self/root/etc", "", "/etc"],
    ["/proc/self/task/7/root/etc/shadow", "", "/etc/shadow"],
    ["/proc/self/cwd/a", "/work", "/work/a"],
    ["/proc/self/cwd/a", "", "a"],
    ["/proc/self/cwd/../a", "sub", "a"],
    ["/proc/thread-self/cwd/a", "~/x", "~/x/a"],
    ["/proc/self/fd/1", "", "/dev/fd/1"],
    ["/proc/self/environ", "", "/proc/self/environ"],
    ["/proc/cpuinfo", "", "/proc/cpuinfo"],
    ["/private/etc/passwd", "", "/etc/passwd"],
    ["/private/tmp/x", "", "/tmp/x"],
    ["/private/x", "", "/private/x"],
    ["/privateer/etc", "", "/privateer/etc"],
  ])("follows the links that every system has: %j from %j is %j", (written, base, expected) => {
    expect(normalizePath(written, base)).toEqual({ text: expected, isAdrift: false });
  });

  it("sets a path adrift below the working directory of another process", () => {
    expect(normalizePath("/proc/42/cwd/a", "/work")).toEqual({ text: "a", isAdrift: true });
  });

  it.each<[written: string, expected: string]>([
    ["\0/a", "\0/a"],
    ["a/\0", "/work/a/\0"],
    ["a/\0/../b", "/work/a/\0/b"],
    ["\0.md/..", "\0"],
  ])("leaves what can't be known where it stands: %j", (written, expected) => {
    expect(normalizePath(written, "/work").text).toBe(expected);
  });

  it("leaves a normal form as it is, whatever the path", () => {
    const name = fc.constantFrom(
      "a",
      ".",
      "..",
      "",
      "~",
      "proc",
      "self",
      "root",
      "cwd",
      "etc",
      ".env",
      "x*",
      "private",
      "C:",
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), fc.constantFrom("", "/", "~/"), (names, start) => {
        const { text } = normalizePath(start + names.join("/"), "");
        expect(text).not.toMatch(/\/\/|\/\.(?:\/|$)|[^/]\/$|^\.\//);
        expect(normalizePath(text, "").text).toBe(text);
      }),
    );
  });
});
