import { readFileSync } from "node:fs";
import { compilePolicy, parsePolicy } from "countersign/policy";
import { describe, expect, it } from "vitest";

const file = new URL("../../../examples/billing/policy.yaml", import.meta.url);
const policy = compilePolicy(parsePolicy(readFileSync(file, "utf8"), { file: "policy.yaml" }));
const finance = { manifest: { requiredScopes: ["finance"] }, input: {} };

describe("the billing example's policy", () => {
  it.each(["billing.list_invoices", "billing.get_invoice"])("policy allows %s to any caller", (action) => {
    expect(policy.evaluate({ action, input: {} }).effect).toBe("allow");
  });

  it("policy lets finance mark invoices and denies others", () => {
    const call = { action: "billing.mark_invoice_paid", ...finance };
    expect(policy.evaluate({ ...call, actor: { scopes: ["finance"] } }).effect).toBe("allow");
    expect(policy.evaluate(call)).toMatchObject({ effect: "deny", reason: expect.stringContaining("scope finance") });
  });

  it("policy asks one of the finance group within a day before a refund", () => {
    const verdict = policy.evaluate({ action: "billing.issue_refund", ...finance, actor: { scopes: ["finance"] } });
    expect(verdict).toMatchObject({
      effect: "require_approval",
      obligations: {
        approval: { stages: [{ approvers: ["group:finance"], approve: 1, deny: 1 }], decideByMs: 86_400_000 },
      },
    });
  });

  it("policy denies what it doesn't know", () => {
    expect(policy.evaluate({ action: "billing.delete_all", input: {} })).toMatchObject({
      effect: "deny",
      defaulted: true,
    });
  });
});
