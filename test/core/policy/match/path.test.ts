import { compilePolicy, parsePolicy, type PolicyCall } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { compileRules, faultsOfMatch } from "../documents.ts";

/** What a rule with this `match` makes of a call: its effect, or `other` when it doesn't match. */
function ask(effect: "deny" | "allow", match: unknown, call: Pick<PolicyCall, "action" | "input">): string {
  const rest = effect === "deny" ? { default: "allow" } : {};
  const verdict = compileRules([{ effect, match }], { workspace: "/work", ...rest }).evaluate(call);
  return verdict.rule === undefined ? "other" : verdict.effect;
}

function run(command: string): Pick<PolicyCall, "action" | "input"> {
  return { action: "bash", input: { command } };
}

describe("match.path of a rule that restricts", () => {
  it.each<[path: unknown, command: string, expected: string]>([
    [{ any: "/etc/**" }, "cat /etc/x", "deny"],
    [{ any: "/etc/**" }, "cat a /etc/x b", "deny"],
    [{ any: "/etc/**" }, "cat a; ls /etc", "deny"],
    [{ any: "/etc/**" }, "cat /srv/x", "other"],
    [{ any: "/etc/**" }, "true", "other"],
    [{ any: ["/etc/**", "re:\\.pem$"] }, "cat a.pem", "deny"],
    [{ any: "/etc/**", except: "/etc/x" }, "cat /etc/x", "other"],
    [{ any: "/etc/**", except: "/etc/x" }, "cat /etc/x /etc/y", "deny"],
    [{ any: "/etc/**", except: "/etc/x" }, "cat $F", "require_approval"],
    [{ except: "src/**" }, "cat src/a", "other"],
    [{ except: "src/**" }, "cat b", "deny"],
    [{ any: "/etc/**", access: "read" }, "cat /etc/x", "deny"],
    [{ any: "/etc/**", access: "read" }, "touch /etc/x", "other"],
    [{ any: "/etc/**", access: "write" }, "touch /etc/x", "deny"],
    [{ any: "/etc/**", access: "write" }, "echo > /etc/x", "deny"],
    [{ any: "/etc/**", access: "overwrite" }, "echo >> /etc/x", "other"],
    [{ any: "/etc/**", access: ["list", "delete"] }, "ls /etc", "deny"],
    [{ any: "/etc/**", access: ["list", "delete"] }, "rm /etc/x", "deny"],
    [{ any: "/ETC/**" }, "cat /etc/x", "other"],
    [{ any: "/ETC/**", ignore_case: true }, "cat /etc/X", "deny"],
    [{ any: "re:/ETC/", ignore_case: true }, "cat /etc/X", "deny"],
    [{ outside_workspace: true }, "cat /work/a b ./c", "other"],
    [{ outside_workspace: true }, "cat ../a", "deny"],
    [{ outside_workspace: true }, "cat /tmp/a", "other"],
    [{ outside_workspace: true }, "cat $F", "require_approval"],
    [{ outside_workspace: false }, "cat a", "deny"],
    [{ outside_workspace: false }, "cat /tmp/a", "deny"],
    [{ outside_workspace: false }, "cat /etc/a", "other"],
    [{ all_files: true }, "rm *", "deny"],
    [{ all_files: true }, "rm a/*", "deny"],
    [{ all_files: true }, "rm .[!.]* **", "deny"],
    [{ all_files: true }, "rm *.log", "other"],
    [{ all_files: true }, "rm '*'", "other"],
    [{ all_files: true }, "rm a?", "other"],
    [{ all_files: false }, "rm *", "other"],
    [{ all_files: false }, "rm a", "deny"],
    [[{ any: "a" }, { any: "b", access: "write" }], "cat a", "deny"],
    [[{ any: "a" }, { any: "b", access: "write" }], "cat b", "other"],
    [{ any: "a", optional: true }, "true", "deny"],
    [{ any: "a", optional: true }, "cat b", "other"],
    ["none", "true", "deny"],
    ["none", "cat a", "other"],
    ["none", "$CMD", "require_approval"],
  ])("match.path %j asked about %j answers %s", (path, command, expected) => {
    expect(ask("deny", { path }, run(command))).toBe(expected);
  });

  it("sees the paths of tools without access only where no access is asked for", () => {
    const call = { action: "deploy", input: { path: "/etc/x" } };
    expect(ask("deny", { path: { any: "/etc/**" } }, call)).toBe("deny");
    expect(ask("deny", { path: { any: "/etc/**", access: ["read", "write"] } }, call)).toBe("other");
  });
});

describe("match.path of a rule that permits", () => {
  it.each<[path: unknown, command: string, expected: string]>([
    [{ any: "src/**" }, "cat src/a", "allow"],
    [{ any: "src/**" }, "cat src/a src/b", "allow"],
    [{ any: "src/**" }, "cat src/a b", "other"],
    [{ any: "src/**" }, "cat src/a /etc/x", "other"],
    [{ any: "src/**" }, "cat src/../b", "other"],
    [{ any: "src/**" }, "cat src/$F", "other"],
    [{ any: "src/**" }, "cat src/*.ts", "allow"],
    [{ any: "src/**" }, "true", "other"],
    [{ any: "src/**", access: "read" }, "cat src/a", "allow"],
    [{ any: "src/**", access: "read" }, "sed -i s/a/b/ src/a", "other"],
    [{ any: "src/**", access: ["read", "write"] }, "sed -i s/a/b/ src/a", "allow"],
    [{ any: "src/**", access: "read" }, "mv src/a src/b", "other"],
    [{ outside_workspace: false }, "cat a /tmp/b", "allow"],
    [{ outside_workspace: false }, "cat a /etc/b", "other"],
    [{ outside_workspace: false }, "cd $X; cat a", "other"],
    [[{ any: "a" }, { any: "b" }], "cat a b", "allow"],
    [{ any: "src/**", optional: true }, "true", "allow"],
    ["none", "true", "allow"],
    ["none", "$CMD", "other"],
  ])("match.path %j asked about %j answers %s", (path, command, expected) => {
    expect(ask("allow", { path }, run(command))).toBe(expected);
  });

  it("permits a tool without known access only where no access is asked for", () => {
    const call = { action: "deploy", input: { path: "src/x" } };
    expect(ask("allow", { path: { any: "src/**" } }, call)).toBe("allow");
    expect(ask("allow", { path: { any: "src/**", access: ["read", "write"] } }, call)).toBe("other");
  });
});

describe("match.path_patterns", () => {
  it.each<[effect: "deny" | "allow", patterns: unknown, command: string, expected: string]>([
    ["deny", ["/etc/**"], "ls /etc", "deny"],
    ["deny", "/etc/**", "cat a /etc/x", "deny"],
    ["deny", ["re:\\.pem$", ""], "cat a.pem", "deny"],
    ["deny", ["*.pem"], "cat a/b.pem", "other"],
    ["deny", ["*.pem"], "cat b.pem", "deny"],
    ["deny", ["~/.ssh/**"], "cat $HOME/.ssh/x", "deny"],
    ["deny", ["~/.ssh/**"], "cat $X", "require_approval"],
    ["deny", ["src/**"], "cat /work/src/a", "deny"],
    ["deny", "", "true", "deny"],
    ["deny", ["", ""], "true", "deny"],
    ["allow", ["src/**"], "cat src/a src/b", "allow"],
    ["allow", ["src/**"], "cat src/a b", "other"],
  ])("of a rule with effect %s, %j asked about %j answers %s", (...[effect, patterns, command, expected]) => {
    expect(ask(effect, { path_patterns: patterns }, run(command))).toBe(expected);
  });

  it("looks at the paths of any tool", () => {
    const call = { action: "deploy", input: { deep: [{ config_file: "/etc/x" }] } };
    expect(ask("deny", { path_patterns: ["/etc/**"] }, call)).toBe("deny");
  });
});

describe("path_patterns of the older form", () => {
  function askOlder(effect: string, patterns: unknown, path: string): string {
    const policies = [{ name: "older", match: { path_patterns: patterns }, action: effect }];
    const policy = compilePolicy(parsePolicy({ policies }), { defaultEffect: "require_approval" });
    const verdict = policy.evaluate({ action: "read_file", input: { path } });
    return verdict.rule === undefined ? "other" : verdict.effect;
  }

  it.each<[effect: string, patterns: unknown, path: string, expected: string]>([
    ["deny", ["/etc/*"], "/etc/a/b", "deny"],
    ["deny", "/etc/*", "/srv/x", "other"],
    ["deny", ["*.pem"], "/a/b.pem", "deny"],
    ["deny", ["~\\.pem$"], "/a/b.pem", "deny"],
    ["deny", ["/a/[bc]"], "/a/b", "deny"],
    ["deny", ["/a/{b,c}"], "/a/b", "other"],
    ["deny", ["/etc/*"], "/srv/../etc/x", "deny"],
    ["deny", ["/srv/../etc/x"], "/srv/../etc/x", "deny"],
    ["deny", ["", "/x"], "/a", "other"],
    ["deny", [""], "/a", "deny"],
    ["approve", ["/srv/*"], "/srv/a", "allow"],
    ["approve", ["./a"], "./a", "allow"],
    ["approve", ["/srv/*"], "/srv/../etc/x", "other"],
    ["approve", ["/etc/*"], "/srv/../etc/x", "allow"],
  ])("of a rule with action %s, %j asked about %j answers %s", (...[effect, patterns, path, expected]) => {
    expect(askOlder(effect, patterns, path)).toBe(expected);
  });
});

describe("match.path and match.path_patterns", () => {
  it.each<[match: unknown, message: string]>([
    [{ path: {} }, "This mapping asks for nothing"],
    [{ path: { optional: true, ignore_case: true } }, "This mapping asks for nothing"],
    [{ path: "some" }, "This must be a mapping"],
    [{ path: [] }, "This list is empty"],
    [{ path: { anny: "a" } }, 'Unknown key "anny"'],
    [{ path: { any: "" } }, "This must not be empty"],
    [{ path: { any: [] } }, "This list is empty"],
    [{ path: { except: 7 } }, "This must be text"],
    [{ path: { any: "a{b" } }, "A brace is not closed"],
    [{ path: { any: "re:(" } }, "The regex is not valid RE2 syntax"],
    [{ path: { any: "x".repeat(501) } }, "A pattern has at most 500 characters"],
    [{ path: { any: Array.from({ length: 1_001 }, () => "a") } }, "A list has at most 1000 members"],
    [{ path: { access: "reed" } }, "This must be one of read, write, overwrite, delete, list"],
    [{ path: { outside_workspace: "yes" } }, "This must be true or false"],
    [{ path: { all_files: 1 } }, "This must be true or false"],
    [{ path: { any: "a", ignore_case: 1 } }, "This must be true or false"],
    [{ path_patterns: 7 }, "This must be text"],
    [{ path_patterns: [] }, "This list is empty"],
    [{ path_patterns: ["a\\"] }, "The pattern ends with a backslash"],
    [{ path_patterns: Array.from({ length: 90 }, (_, index) => `re:(a|b){999}${index}`) }, "too large together"],
  ])("match %j is refused", (match, message) => {
    expect(faultsOfMatch(match)[0]?.message).toContain(message);
  });

  it("says each fault of a list once", () => {
    expect(faultsOfMatch({ path: [{ any: "[" }, { any: "]", except: "{" }] })).toHaveLength(2);
  });

  it("explain() shows the paths with what is done to them", () => {
    const policy = compileRules([
      {
        effect: "deny",
        match: { path: { any: ["/x"], except: ["/y"], access: "read", outside_workspace: true, all_files: false } },
      },
    ]);
    const [explained] = policy.explain(run("cat a > b; $X"));
    expect(explained?.failed).toMatchObject({
      field: "path",
      expected: ["read", "outside the workspace", "not all files of a directory", "/x", "not /y"],
      saw: ["overwrite b", "read a", "read+write+overwrite+delete+list …"],
    });
    expect(policy.explain({ action: "deploy", input: { path: "a" } })[0]?.failed?.saw).toEqual(["a"]);
    expect(policy.explain(run("true"))[0]?.failed).not.toHaveProperty("saw");
  });
});
