import { compilePolicy, parsePolicy, type PolicyCall } from "countersign/policy";
import { Verdict } from "../../../src/contract/policy.ts";
import { describe, expect, it } from "vitest";
import { buildCall, buildHoles, compileRules, termsOf } from "./documents.ts";

const DEFAULT_TERMS = termsOf();

describe("policy.evaluate order of rules", () => {
  it("evaluate() lets the lowest priority decide, whatever the others say", () => {
    const policy = compileRules([{ effect: "deny" }, { effect: "allow", priority: -1 }]);
    expect(policy.evaluate(buildCall())).toEqual({
      effect: "allow",
      rule: "rule 1",
      reason: 'The rule "rule 1" allows this call',
      matched: [
        { rule: "rule 1", effect: "allow", priority: -1 },
        { rule: "rule 0", effect: "deny", priority: 100 },
      ],
      shadow: [],
      obligations: {},
      defaulted: false,
    });
  });

  it.each([
    [["allow", "require_approval", "deny"], "deny", "rule 2"],
    [["allow", "require_approval"], "require_approval", "rule 1"],
    [["require_approval", "require_approval"], "require_approval", "rule 0"],
  ])("evaluate() takes the most restrictive of %j at one priority", (effects, effect, rule) => {
    const rules = effects.map((each) => ({ effect: each }));
    expect(compileRules(rules).evaluate(buildCall())).toMatchObject({ effect, rule });
  });

  it("evaluate() takes the first in the document at one priority with order first_match", () => {
    const rules = [{ effect: "allow" }, { effect: "deny" }, { effect: "require_approval", priority: 200 }];
    expect(compileRules(rules, { order: "first_match" }).evaluate(buildCall())).toMatchObject({ effect: "allow" });
  });

  it("evaluate() merges rules found by name and rules found by pattern in deciding order", () => {
    const action = "billing.issue_refund";
    const policy = compileRules([
      { effect: "allow", priority: 4, match: { action } },
      { effect: "allow", priority: 3, match: { action: "billing.*" } },
      { effect: "allow", priority: 2, match: { action: [action, action, "other"] } },
      { effect: "deny", priority: 1, match: { action: "other" } },
      { effect: "deny", priority: 0, match: { action, roles: "nobody" } },
    ]);
    const { matched, effect } = policy.evaluate(buildCall());
    expect(effect).toBe("allow");
    expect(matched.map(({ priority }) => priority)).toEqual([2, 3, 4]);
  });

  it("evaluate() finds the same rules by names that are longer, or more, than are kept", () => {
    const policy = compileRules([
      { effect: "deny", match: { action: "*7" } },
      { effect: "allow", match: { action: ["name 17", "name 18"] }, priority: 1 },
      { effect: "allow", match: { action: "other" }, priority: 1 },
    ]);
    const ask = (action: string): string[] => policy.evaluate(buildCall({ action })).matched.map(({ rule }) => rule);
    const names = Array.from({ length: 1_100 }, (_, index) => `name ${index}`);
    for (const turn of [1, 2]) {
      expect([turn, names.filter((name) => ask(name).includes("rule 0"))]).toEqual([
        turn,
        names.filter((name) => name.endsWith("7")),
      ]);
    }
    expect([ask("name 17"), ask("name 18"), ask(`${"x".repeat(300)}7`)]).toEqual([
      ["rule 1", "rule 0"],
      ["rule 1"],
      ["rule 0"],
    ]);
  });

  it("evaluate() reports shadow rules and never lets them decide", () => {
    const policy = compileRules([{ effect: "deny", enforce: false, priority: 1 }, { effect: "allow" }]);
    expect(policy.evaluate(buildCall())).toMatchObject({
      effect: "allow",
      rule: "rule 1",
      matched: [{ rule: "rule 1" }],
      shadow: [{ rule: "rule 0", effect: "deny", priority: 1 }],
    });
  });

  it.each([
    ["allow", 'The rule "rule 0" allows this call'],
    ["deny", 'The rule "rule 0" denies this call'],
    ["require_approval", 'The rule "rule 0" requires an approval of this call'],
  ])("evaluate() says why in words when a rule that has effect %s gives no reason", (effect, reason) => {
    expect(compileRules([{ effect }]).evaluate(buildCall()).reason).toBe(reason);
    expect(compileRules([{ effect, reason: "because" }]).evaluate(buildCall()).reason).toBe("because");
  });
});

describe("policy.evaluate defaults", () => {
  it.each([
    [undefined, undefined, "deny"],
    [undefined, "allow", "allow"],
    [undefined, "require_approval", "require_approval"],
    ["allow", undefined, "allow"],
    ["deny", "allow", "deny"],
    ["require_approval", "allow", "require_approval"],
  ] as const)("evaluate() with default %s in the document and %s given answers %s", (own, given, effect) => {
    const verdict = compileRules([], { default: own }, { defaultEffect: given }).evaluate(buildCall());
    expect(verdict).toEqual({
      effect,
      reason: `No rule decides this call, so the default applies: ${effect}`,
      matched: [],
      shadow: [],
      obligations: effect === "require_approval" ? { approval: DEFAULT_TERMS } : {},
      defaulted: true,
    });
  });

  it("compilePolicy() refuses what parsePolicy() didn't make, no document, and an unknown default", () => {
    const document = parsePolicy("version: 1");
    const refused: readonly unknown[] = [[], null, "version: 1", { ...document }, [document, { ...document }]];
    for (const documents of refused) {
      expect(() => compilePolicy(documents as typeof document)).toThrow("Only documents that parsePolicy made");
    }
    expect(() => compilePolicy(document, { defaultEffect: "sanitize" as "deny" })).toThrow(
      "The default effect must be",
    );
  });
});

describe("policy.evaluate approvals", () => {
  const approval = { approvers: ["group:finance"], decide_by: "1h", execute_by: "30m", require_reason: true };
  const clocks = { decideByMs: 3_600_000, executeByMs: 1_800_000 };
  const terms = termsOf({ approvers: ["group:finance"] }, { ...clocks, requireReason: true });
  const required = { manifest: { approvalRequired: true } };

  it("evaluate() obliges to the deciding rule's terms, or to the default ones", () => {
    const rule = { effect: "require_approval" };
    expect(compileRules([{ ...rule, approval }]).evaluate(buildCall()).obligations).toEqual({ approval: terms });
    expect(compileRules([rule]).evaluate(buildCall()).obligations).toEqual({ approval: DEFAULT_TERMS });
  });

  it("evaluate() raises an allow to an approval when the action requires one, with the matching rule's terms", () => {
    const verdict = compileRules([{ effect: "allow", approval, reason: "fine" }]).evaluate(buildCall(required));
    expect(verdict).toMatchObject({
      effect: "require_approval",
      rule: "rule 0",
      reason: "The action requires an approval, whatever the rules allow",
      obligations: { approval: terms },
    });
    expect(compileRules([], { default: "allow" }).evaluate(buildCall(required))).toMatchObject({
      effect: "require_approval",
      defaulted: true,
      obligations: { approval: DEFAULT_TERMS },
    });
  });

  it("evaluate() leaves a denial alone when the action requires an approval, and keeps no terms for it", () => {
    const verdict = compileRules([{ effect: "deny", approval }]).evaluate(buildCall(required));
    expect(verdict).toMatchObject({ effect: "deny", obligations: {} });
  });

  it("evaluate() gives a copy of the terms", () => {
    const policy = compileRules([{ effect: "require_approval", approval }]);
    policy.evaluate(buildCall()).obligations.approval?.stages[0]?.approvers.push("user:mallory");
    expect(policy.evaluate(buildCall()).obligations).toEqual({ approval: terms });
  });
});

describe("policy.evaluate scopes", () => {
  it.each([
    [["finance"], "The actor lacks the scope finance, which the action requires"],
    [["a", "held", "b"], "The actor lacks the scopes a, b, which the action requires"],
  ])("evaluate() denies before any rule when of %j some are missing", (requiredScopes, reason) => {
    const call = buildCall({ actor: { scopes: ["held"] }, manifest: { requiredScopes } });
    expect(compileRules([{ effect: "allow", priority: -1 }]).evaluate(call)).toEqual({
      effect: "deny",
      reason,
      matched: [],
      shadow: [],
      obligations: {},
      defaulted: false,
    });
  });

  it("evaluate() asks the rules when every required scope is held", () => {
    const call = buildCall({ actor: { scopes: ["a", "b"] }, manifest: { requiredScopes: ["b", "a"] } });
    expect(compileRules([{ effect: "allow" }]).evaluate(call).effect).toBe("allow");
  });
});

describe("policy.evaluate by several documents", () => {
  function compileBoth(first: object, second: object): ReturnType<typeof compilePolicy> {
    return compilePolicy([first, second].map((document) => parsePolicy({ version: 1, ...document })));
  }
  const asks = (name: string, approval?: object): object => ({
    rules: [{ name, effect: "require_approval", approval }],
  });

  it("evaluate() lets each decide alone and takes the strictest answer", () => {
    const allows = { rules: [{ name: "tenant allows", effect: "allow", priority: -5 }] };
    const denies = { rules: [{ name: "organisation denies", effect: "deny" }] };
    for (const policy of [compileBoth(allows, denies), compileBoth(denies, allows)]) {
      const verdict = policy.evaluate(buildCall());
      expect(verdict).toMatchObject({ effect: "deny", rule: "organisation denies" });
      expect(verdict.matched).toHaveLength(2);
    }
  });

  it("evaluate() denies what one of them leaves to its default", () => {
    expect(compileBoth({ default: "allow" }, {}).evaluate(buildCall())).toMatchObject({
      effect: "deny",
      defaulted: true,
    });
  });

  it("evaluate() merges terms by the stricter", () => {
    const first = { approvers: ["group:finance", "user:ada"], decide_by: "1h", execute_by: "2h" };
    const second = { approvers: ["user:ada"], decide_by: "2h", execute_by: "1h", require_reason: true };
    const clocks = { decideByMs: 3_600_000, executeByMs: 3_600_000 };
    expect(compileBoth(asks("a", first), asks("b", second)).evaluate(buildCall())).toMatchObject({
      rule: "a",
      obligations: { approval: termsOf({ approvers: ["user:ada"] }, { ...clocks, requireReason: true }) },
    });
  });

  it("evaluate() asks the first document's approvers and then the second's where none are in common, the default ones too", () => {
    const verdict = compileBoth(asks("a"), asks("b", { approvers: ["user:bob"] })).evaluate(buildCall());
    const bob = { approvers: ["user:bob"], approve: 1, deny: 1 };
    expect(verdict.obligations).toEqual({ approval: { ...DEFAULT_TERMS, stages: [...DEFAULT_TERMS.stages, bob] } });
  });

  it("evaluate() names the document that asks for an approval before one that was raised to it", () => {
    const call = buildCall({ manifest: { approvalRequired: true } });
    const asking = asks("b", { approvers: ["user:bob"] });
    for (const policy of [compileBoth({ default: "allow" }, asking), compileBoth(asking, { default: "allow" })]) {
      expect(policy.evaluate(call)).toMatchObject({
        rule: "b",
        obligations: { approval: { stages: [{ approvers: ["user:bob"] }] } },
      });
    }
  });
});

describe("policy.evaluate on hostile calls", () => {
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error("no");
      },
    },
  );
  const policy = compileRules([{ effect: "allow" }], { default: "allow" });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "can't be read"],
    ["null", null, "can't be read"],
    ["a proxy that throws", throwing, "can't be read"],
    ["no action", {}, "names no action"],
    ["an action that is a number", { action: 1 }, "names no action"],
    ["an action longer than any name", { action: "x".repeat(10_001) }, "too long"],
    ["roles that are text", { action: "a", actor: { roles: "admin" } }, "can't be read"],
    ["roles that aren't texts", { action: "a", actor: { roles: [{}] } }, "can't be read"],
    ["roles with holes", { action: "a", actor: { roles: buildHoles(3) } }, "can't be read"],
    ["more roles than anyone has", { action: "a", actor: { roles: buildHoles(4_000_000_000) } }, "can't be read"],
    ["an actor that throws", { action: "a", actor: throwing }, "can't be read"],
    ["a kind that is no text", { action: "a", actor: { kind: 1 } }, "can't be read"],
    ["a subject that is no text", { action: "a", actor: { subject: ["ann"] } }, "can't be read"],
    ["a run that is no text", { action: "a", run: 7 }, "can't be read"],
    ["a risk that doesn't exist", { action: "a", manifest: { risk: "HIGH" } }, "can't be read"],
    ["a flag that is no flag", { action: "a", manifest: { approvalRequired: "false" } }, "can't be read"],
  ])("evaluate() denies %s", (_, call, reason) => {
    const verdict = policy.evaluate(call as PolicyCall);
    expect(verdict).toMatchObject({ effect: "deny", matched: [], defaulted: false });
    expect(verdict.reason).toContain(reason);
    expect(Verdict.parse(verdict)).toEqual(verdict);
  });

  it("evaluate() takes null for absent", () => {
    const call = { action: "a", actor: { roles: null, kind: null }, manifest: { risk: null, approvalRequired: null } };
    expect(policy.evaluate(call as unknown as PolicyCall).effect).toBe("allow");
    expect(policy.evaluate({ action: "a", actor: null, manifest: null } as unknown as PolicyCall).effect).toBe("allow");
  });

  it("evaluate() never looks at an input that no rule asks about", () => {
    expect(policy.evaluate({ action: "a", input: throwing }).effect).toBe("allow");
  });
});
