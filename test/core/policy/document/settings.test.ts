import { compilePolicy, parsePolicy } from "countersign/policy";
import { expect, it } from "vitest";
import { faultsOf } from "../documents.ts";

it("settings are the workspace and the words of capabilities", () => {
  const document = parsePolicy({
    version: 1,
    workspace: "/srv/app",
    sets: { none: [] },
    capabilities: { shell: ["my_runner", "lauf"], sql: "lager" },
  });
  expect(document.settings).toEqual({
    workspace: "/srv/app",
    capabilityNames: { shell: ["my_runner", "lauf"], sql: ["lager"] },
  });
  expect(parsePolicy({ version: 1 }).settings).toEqual({ workspace: undefined, capabilityNames: {} });
});

it.each([
  ["my_runner", "deny"],
  ["mcp.myRunner", "deny"],
  ["Lauf", "deny"],
  ["runner", "allow"],
  ["my_report", "allow"],
])("settings let the action %s count as a shell: %s", (action, effect) => {
  const rules = [{ name: "shells", effect: "deny", match: { capability: "shell" } }];
  const capabilities = { shell: ["my_runner", "lauf"] };
  const policy = compilePolicy(parsePolicy({ version: 1, default: "allow", capabilities, rules }));
  expect(policy.evaluate({ action, input: {} }).effect).toBe(effect);
});

it.each<[document: object, expected: object]>([
  [{ workspace: "srv" }, { message: "The workspace must be an absolute path", path: "workspace" }],
  [{ workspace: "~/x" }, { message: "The workspace must be an absolute path" }],
  [{ workspace: "/a\u0000b" }, { message: "The workspace must be an absolute path" }],
  [{ workspace: 1 }, { message: "This must be text" }],
  [{ capabilities: ["shell"] }, { message: "This must be a mapping of keys to values" }],
  [{ capabilities: { shel: ["x"] } }, { hint: 'did you mean "shell"?' }],
  [{ capabilities: { shell: ["run*"] } }, { hint: "for example my_runner", path: "capabilities.shell[0]" }],
  [{ capabilities: { shell: [""] } }, { message: "This must not be empty" }],
])("settings refuse %j", (document, expected) => {
  expect(faultsOf({ version: 1, ...document })[0]).toMatchObject(expected);
});
