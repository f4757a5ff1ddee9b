import { describe, expect, it } from "vitest";
import { CallFacets } from "../../../../../src/core/policy/facets/call-facets.ts";
import type { PathFact } from "../../../../../src/core/policy/facets/paths/path-fact.ts";

function readPaths(action: string, input: unknown, workspace?: string): readonly PathFact[] {
  const facets = new CallFacets(action, () => input, { capabilityNames: {}, workspace });
  return facets.paths.paths;
}

/** Paths as `read+write text`. */
function listPaths(action: string, input: unknown): readonly string[] {
  return readPaths(action, input).map(({ text, accesses }) => `${accesses.join("+")} ${text}`.trim());
}

describe("readPaths() of an action's input", () => {
  it.each<[action: string, input: unknown, expected: readonly string[]]>([
    ["read_file", { path: "a.ts" }, ["read a.ts"]],
    ["Read", { file_path: "a.ts", limit: 5 }, ["read a.ts"]],
    ["readFile", { filePath: "a.ts" }, ["read a.ts"]],
    ["mcp__fs__read_text_file", { path: "a.ts" }, ["read a.ts"]],
    ["read_multiple_files", { paths: ["a", "b"] }, ["read a", "read b"]],
    ["read_file", { files: [{ path: "a" }, { path: "b", lines: [1, 2] }] }, ["read a", "read b"]],
    ["read_file", { request: { deep: { targetFile: "a" } } }, ["read a"]],
    ["read_file", { uri: "file:///a/b" }, ["read /a/b"]],
    ["open_file", { name: "a" }, ["read a"]],
    ["write_file", { path: "a", content: "/etc/passwd" }, ["write a"]],
    ["create_file", { filename: "a", contents: "/b", body: "/b", text: "/b" }, ["write a"]],
    ["Edit", { file_path: "a", old_string: "/b", new_string: "/c" }, ["write a"]],
    ["multi_edit", { edits: [{ file: "a", oldText: "/x" }, { file: "b" }] }, ["write a", "write b"]],
    ["write_files", { files: { "/a/b": "x", ".env": "y", plain: "z" } }, ["write /a/b", "write .env"]],
    ["delete_file", { path: "a" }, ["delete a"]],
    ["copy_file", { source: "a", destination: "b" }, ["read a", "write b"]],
    ["move_file", { from: "a", to: "b" }, ["read+delete a", "write b"]],
    ["rename_file", { old_path: "a", new_path: "b" }, ["read+delete a", "write b"]],
    ["copy_file", { path: "a" }, ["read+write a"]],
    ["create_symlink", { target: "a", link_path: "b" }, ["write+read a", "write+read b"]],
    ["list_directory", { path: "a" }, ["list a"]],
    ["get_file_info", { path: "a" }, ["list a"]],
    ["get_file", { path: "a" }, ["read a"]],
    ["Grep", { pattern: "/x", path: "a", glob: "*.ts" }, ["read a", "read *.ts"]],
    ["Glob", { pattern: "/x/*" }, []],
    ["upload_file", { file: "a" }, ["read a"]],
    ["read_file", { note: "/a/b", other: "plain", more: "../c" }, ["read /a/b", "read ../c"]],
    ["read_file", { path: "https://example.com/a" }, []],
    ["read_file", { path: "" }, []],
    ["read_file", { path: "a\nb" }, []],
    ["read_file", { path: 7 }, []],
    ["read_file", { profile: "a", xpath: "//a" }, ["read //a"]],
  ])("%s of %j: %j", (action, input, expected) => {
    expect(listPaths(action, input)).toEqual(expected.map((path) => path.replace("//a", "/a")));
  });

  it.each<[action: string, input: unknown, expected: readonly string[]]>([
    ["read_file", "a", ["read a"]],
    ["read_file", ["a"], ["read a"]],
    ["read_file", ["a", "b"], ["read a", "read b"]],
    ["credit_lookup", "a/b", []],
    ["credit_lookup", ["a/b"], []],
    ["read_file", null, []],
    ["read_file", 7, []],
  ])("%s takes the bare input %j as paths: %j", (action, input, expected) => {
    expect(listPaths(action, input)).toEqual(expected);
  });

  it.each<[action: string, input: unknown, expected: readonly string[]]>([
    ["deploy", { path: "a" }, ["a"]],
    ["deploy", { config_file: "a", output_dir: "b" }, ["a", "b"]],
    ["deploy", { target: "/srv/x", to: "~/y", from: ".env", source: "a/b" }, ["/srv/x", "~/y", ".env", "a/b"]],
    ["http_get", { url: "file:///a/b" }, ["read /a/b"]],
    ["send_mail", { to: "ada@example.com", from: "bob", name: "Ada", note: "/etc/x" }, []],
    ["send_mail", { to: "a b/c", url: "https://example.com/a" }, []],
  ])("%s, which has nothing to do with files, names paths without access: %j", (action, input, expected) => {
    expect(listPaths(action, input)).toEqual(expected);
  });

  it.each<[action: string, input: unknown, expected: readonly string[]]>([
    ["str_replace_based_edit_tool", { command: "view", path: "a" }, ["read a"]],
    ["str_replace_based_edit_tool", { command: "str_replace", path: "a" }, ["write a"]],
    ["str_replace_based_edit_tool", { command: "undo_edit", path: "a" }, ["write a"]],
    ["text_editor", { command: "create", path: "a", file_text: "/x" }, ["write a"]],
    ["text_editor", { path: "a" }, ["read+write a"]],
    ["text_editor", { operation: "view the file", path: "a" }, ["read+write a"]],
    ["filesystem", { operation: "write", path: "a" }, ["write a"]],
    ["filesystem", { operation: "delete", path: "a" }, ["delete a"]],
    ["write_file", { mode: "read", path: "a" }, ["write+read a"]],
  ])("%s does what %j asks for: %j", (action, input, expected) => {
    expect(listPaths(action, input)).toEqual(expected);
  });

  it("takes the document's words for reading and writing", () => {
    const settings = { capabilityNames: { file_read: ["slurp"], file_write: ["spit"] }, workspace: undefined };
    const read = new CallFacets("slurp", () => ({ path: "a" }), settings).paths.paths;
    const written = new CallFacets("spit", () => ({ path: "a" }), settings).paths.paths;
    expect([read[0]?.accesses, written[0]?.accesses]).toEqual([["read"], ["write"]]);
  });

  it.each<[patch: string, expected: readonly string[]]>([
    [
      "*** Begin Patch\n*** Update File: /a\n@@\n-x\n*** Add File: b\n+y\n*** Delete File: c\n*** End Patch",
      ["write /a", "write b", "delete c"],
    ],
    ["*** Update File: a\n*** Move to: /b\n", ["write a", "write /b"]],
    ["--- a/x.ts\t2026\n+++ b/x.ts\n@@ -1 +1 @@\n-a\n+b", ["write x.ts", "write x.ts"]],
    ["diff --git a/x b/y\nrename from x\nrename to y", ["delete x", "write y"]],
    ["--- /dev/null\n+++ /etc/hosts\n@@ -0,0 +1 @@", ["write /etc/hosts"]],
  ])("finds the files of a patch: %j", (patch, expected) => {
    expect(listPaths("apply_patch", patch)).toEqual(expected);
    expect(listPaths("apply_patch", { patch })).toEqual(expected);
    expect(listPaths("mail.send", { patch })).toEqual([]);
  });

  it("resolves relative paths against the input's directory, and that against the workspace", () => {
    const input = { path: "a.ts", cwd: "sub" };
    expect(readPaths("read_file", input).map(({ text }) => text)).toEqual(["sub/a.ts", "sub/sub"]);
    expect(readPaths("read_file", input, "/work")[0]?.names).toEqual(["/work/sub/a.ts", "sub/a.ts"]);
    expect(readPaths("read_file", { ...input, cwd: "/etc" }, "/work")[0]?.text).toBe("/etc/a.ts");
  });

  it.each<[path: string, expected: readonly string[]]>([
    ["/work/a.ts", ["/work/a.ts", "a.ts"]],
    ["a.ts", ["/work/a.ts", "a.ts"]],
    ["/work", ["/work", "."]],
    ["/workspace/a", ["/workspace/a"]],
    ["/home/ada/.ssh/x", ["/home/ada/.ssh/x", "~/.ssh/x"]],
    ["/Users/ada", ["/Users/ada", "~"]],
    ["/root/x", ["/root/x", "~/x"]],
    ["/rooted/x", ["/rooted/x"]],
    ["C:\\Users\\ada\\.ssh\\x", ["C:/Users/ada/.ssh/x", "~/.ssh/x"]],
    ["\\\\?\\C:\\x", ["C:/x"]],
    ["/mnt/c/Users/ada/x", ["/mnt/c/Users/ada/x", "~/x"]],
    ["..\\x", ["/x"]],
    ["$HOME/x", ["~/x"]],
    ["${HOME}/x", ["~/x"]],
    ["%USERPROFILE%\\x", ["~/x"]],
    ["$HOMES/x", ["/work/$HOMES/x", "$HOMES/x"]],
    [" /etc/x ", ["/etc/x"]],
    ["file:/etc/x", ["/etc/x"]],
    ["FILE://localhost/etc/x?a#b", ["/etc/x"]],
    ["file:///%65tc/x%20y", ["/etc/x y"]],
    ["file:///C:/x", ["C:/x"]],
    ["file://~/x", ["~/x"]],
  ])("names %j in every way: %j", (path, names) => {
    expect(readPaths("read_file", { path }, "/work")[0]?.names).toEqual(names);
  });

  it.each<[path: string, workspace: string | undefined, expected: string]>([
    ["a.ts", undefined, "inside"],
    ["../a.ts", undefined, "outside"],
    ["..", undefined, "outside"],
    ["/a.ts", undefined, "outside"],
    ["~/a.ts", undefined, "outside"],
    ["/tmp/a", undefined, "temporary"],
    ["/tmp", undefined, "outside"],
    ["/dev/null", undefined, "temporary"],
    ["/dev/fd/3", undefined, "temporary"],
    ["/dev/sda", undefined, "outside"],
    ["../a.ts", "/work/sub", "outside"],
    ["/work/sub/a", "/work/sub", "inside"],
    ["/work/sub", "/work/sub/", "inside"],
    ["/home/ada/p/a", "~/p", "inside"],
    ["~/p/a", "/home/ada/p", "inside"],
    ["~/q/a", "/home/ada/p", "outside"],
    ["/x", "/", "inside"],
    ["/tmp/a", "/tmp", "inside"],
    ["/w*/a", "/work", "unknown"],
    ["/e*/a", "/work", "outside"],
    ["a\0b", undefined, "unknown"],
    ["/proc/9/cwd/../a", undefined, "unknown"],
  ])("says that %j with the workspace %j is %s", (path, workspace, expected) => {
    expect(readPaths("read_file", { path }, workspace)[0]?.place).toBe(expected);
  });

  it("takes stars and question marks for globs, and brackets alone for names", () => {
    const paths = ["a*", "a?", "app/[id]/page.tsx"];
    expect(readPaths("read_file", { paths }).map(({ isGlob }) => isGlob)).toEqual([true, true, false]);
  });

  it("marks trees where what is below is read, too", () => {
    const trees = ["grep", "copy_directory", "list_directory", "read_file"];
    expect(trees.map((action) => readPaths(action, { path: "a" })[0]?.isTree)).toEqual([true, true, false, false]);
  });

  it("keeps paths as they are written", () => {
    expect(readPaths("read_file", { path: "file:///a/../b" })[0]).toMatchObject({
      written: "file:///a/../b",
      isFromInput: true,
    });
  });
});

describe("readPaths() beyond its limits", () => {
  it("says that what was cut from a file tool's input may be any file", () => {
    const cyclic: Record<string, unknown> = { path: "a" };
    cyclic["self"] = cyclic;
    expect(readPaths("read_file", cyclic).at(-1)?.text).toBe("\0");
  });

  it("says that paths beyond the limit may be any file", () => {
    const paths = readPaths("read_file", { paths: Array.from({ length: 501 }, (_, index) => `a${index}`) });
    expect([paths.length, paths.at(-1)?.text]).toEqual([501, "\0"]);
    expect(readPaths("read_file", { paths: Array.from({ length: 500 }, () => "a") }).at(-1)?.text).toBe("a");
  });

  it("says so of commands, too", () => {
    const command = `cat ${"a ".repeat(300)}; cat ${"b ".repeat(300)}; cat c`;
    const paths = readPaths("bash", { command });
    expect([paths.length, paths.at(-1)?.text]).toEqual([501, "\0"]);
  });
});
