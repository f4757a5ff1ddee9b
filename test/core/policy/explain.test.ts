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
});
