import { compilePolicy, parsePolicy, type PolicyCall } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { buildCall, compileRules } from "./documents.ts";

describe("policy.explain", () => {
  const policy = compileRules([
    { effect: "deny", match: { action: "other" } },
    { effect: "allow", match: { action: "billing.*", risk: "low", roles: "agent" } },
    { effect: "allow", match: { roles: "agent" }, enforce: false, priority: 7 },
    { effect: "allow" },
  ]);

  it("explain() names for every rule the first condition that failed and what the call has there", () => {
    const base = { document: 0, priority: 100, enforce: true, matched: false, decided: false };
    const call = buildCall({ actor: { roles: ["user"] } });
    expect(policy.explain(call)).toEqual([
      { ...base, rule: "rule 0", effect: "deny", failed: { field: "action", expected: ["other"], saw: call.action } },
      { ...base, rule: "rule 1", effect: "allow", failed: { field: "risk", expected: ["low"] } },
      {
        ...base,
        rule: "rule 2",
        effect: "allow",
        priority: 7,
        enforce: false,
        failed: { field: "roles", expected: ["agent"], saw: ["user"] },
      },
      { ...base, rule: "rule 3", effect: "allow", matched: true, decided: true },
    ]);
  });

  it("explain() still speaks of the rules when missing scopes decide, and lets none have decided", () => {
    const explained = policy.explain(buildCall({ manifest: { requiredScopes: ["finance"] } }));
    expect(explained.at(-1)).toMatchObject({ matched: true, decided: false });
  });

  it("explain() matches nothing when the call can't be read", () => {
    const explained = policy.explain({ action: 1 } as unknown as PolicyCall);
    expect(explained.map(({ matched, failed }) => ({ matched, failed }))).toEqual(
      Array.from({ length: 4 }, () => ({ matched: false, failed: undefined })),
    );
  });

  it("explain() numbers the documents and marks only the verdict's rule as deciding", () => {
    const documents = ["allow", "deny"].map((effect) => parsePolicy({ version: 1, rules: [{ name: "same", effect }] }));
    const explained = compilePolicy(documents).explain(buildCall());
    expect(explained.map(({ document, decided }) => ({ document, decided }))).toEqual([
      { document: 0, decided: false },
      { document: 1, decided: true },
    ]);
  });

  it("explain() marks rules that may match, and shows the first condition of which nobody can tell", () => {
    const maybe = { args: { amount: { gt: 100 } } };
    const policy = compileRules([
      { effect: "deny", match: { ...maybe, args_pattern: "amount=" } },
      { effect: "allow", match: maybe },
      { effect: "deny", match: { ...maybe, args_pattern: "other" } },
      { effect: "deny", match: [{ action: "other" }, maybe] },
    ]);
    const explained = policy.explain(buildCall({ input: { amount: "101" } }));
    const failed = { field: "args", uncertain: true, expected: ["amount gt 100"], saw: ['amount = "101"'] };
    const action = { field: "action", expected: ["other"], saw: "billing.issue_refund" };
    expect(explained).toMatchObject([
      { matched: false, uncertain: true, decided: true, failed },
      { matched: false, uncertain: true, decided: false, failed },
      { matched: false, failed: { field: "args_pattern", expected: ["other"], saw: "amount=101" } },
      { matched: false, uncertain: true, failed, alternatives: [action, failed] },
    ]);
    expect(explained[2]).not.toHaveProperty("uncertain");
    expect(explained[0]).not.toHaveProperty("alternatives");
  });

  it("explain() gives for each of several alternatives what failed in it", () => {
    const policy = compileRules([{ effect: "deny", match: [{ roles: "a" }, { action: "b", kind: "user" }] }]);
    const roles = { field: "roles", expected: ["a"], saw: [] };
    const [explained] = policy.explain(buildCall());
    expect(explained?.failed).toEqual(roles);
    expect(explained?.alternatives).toEqual([roles, { field: "action", expected: ["b"], saw: "billing.issue_refund" }]);
  });

  it("explain() shows no secrets", () => {
    const secret = "hunter2 and more";
    const input = {
      url: "https://ann:hunter2@host.example/?token=hunter2",
      command: ["mysql", "--password", "hunter2", "-e", "select 1"],
      password: secret,
      nested: { apiKey: secret, line: "PGPASSWORD=hunter2 psql" },
    };
    const nowhere = "re:nowhere-to-be-found";
    const matches = [
      { args_pattern: "nowhere-to-be-found" },
      { args: { url: nowhere, password: nowhere, "command[*]": nowhere, "/nested": { exists: false } } },
      { when: "input.password == 'x' || input.nested['apiKey'] == 'x' || input.nested == {} || input.url == ''" },
      { command: { program: "nowhere" } },
      { url: { host: "nowhere.example" } },
      { path_patterns: ["/nowhere/**"] },
    ];
    const policy = compileRules(matches.map((match) => ({ effect: "deny", match })));
    const explained = policy.explain(buildCall({ action: "bash", input }));
    expect(explained.map(({ failed }) => failed?.field)).toEqual(matches.flatMap((match) => Object.keys(match)));
    expect(JSON.stringify(explained)).not.toContain("hunter2");
    expect(JSON.stringify(explained)).not.toContain("and more");
    expect(JSON.stringify(explained)).toContain("[redacted]");
  });

  it("explain() shortens long texts and lists", () => {
    const match = { args: { "list[*]": Array.from({ length: 12 }, (_, index) => `${index}`.repeat(300)) } };
    const input = { list: [...Array.from({ length: 12 }, () => "y"), `x${"😀".repeat(200)}`] };
    const [args, pattern] = compileRules([
      { effect: "deny", match },
      { effect: "deny", match: { args_pattern: "nowhere" } },
      { effect: "deny", match: { roles: "a" } },
    ]).explain(buildCall({ input, actor: { roles: Array.from({ length: 30 }, (_, index) => `r${index}`) } }));
    expect(args?.failed?.expected[0]).toHaveLength(200);
    expect(pattern?.failed?.saw).toMatch(/^list=y y .*…$/u);
    expect((pattern?.failed?.saw ?? "").length).toBeLessThanOrEqual(200);
    const roles = compileRules([{ effect: "deny", match: { roles: "a" } }]).explain(
      buildCall({ actor: { roles: Array.from({ length: 30 }, (_, index) => `r${index}`) } }),
    )[0]?.failed?.saw;
    expect(roles).toHaveLength(11);
    expect(roles?.at(-1)).toBe("… 20 more");
  });

  it("explain() shortens what a rule expects", () => {
    const roles = Array.from({ length: 30 }, (_, index) => `r${index}`);
    const [explained] = compileRules([{ effect: "deny", match: { roles } }]).explain(buildCall());
    expect(explained?.failed?.expected).toEqual([...roles.slice(0, 10), "… 20 more"]);
  });
});
