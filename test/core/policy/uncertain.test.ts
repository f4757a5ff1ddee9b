import { compilePolicy, parsePolicy } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../../src/contract/policy.ts";
import { buildCall, compileRules, termsOf } from "./documents.ts";

/** Nobody can tell whether it holds of {@link CALL}. */
const MAYBE = { args: { amount: { gt: 100 } } };
const CALL = buildCall({ input: { amount: "101", text: "x" } });
const REMOVE = { effect: "sanitize", sanitize: { remove: ["/text"] } };
type Rules = Parameters<typeof compileRules>[0];

const FINANCE = { approvers: ["group:finance"], decide_by: "1h" };
const FINANCE_TERMS = termsOf({ approvers: ["group:finance"] }, { decideByMs: 3_600_000 });
const DEFAULT_TERMS = termsOf();

describe("policy.evaluate where a rule may match", () => {
  it("evaluate() asks for an approval where a denial may match, and says why", () => {
    const policy = compileRules([{ effect: "deny", match: MAYBE, reason: "Too much", priority: 3 }], {
      default: "allow",
    });
    expect(policy.evaluate(CALL)).toEqual({
      effect: "require_approval",
      rule: "rule 0",
      reason: "A part of this call can't be known before it runs, and this may apply: Too much",
      matched: [{ rule: "rule 0", effect: "require_approval", priority: 3, uncertain: true }],
      shadow: [],
      obligations: { approval: DEFAULT_TERMS },
      defaulted: false,
    });
  });

  it.each<[name: string, rules: Rules, decided: [effect: string, rule: string | undefined]]>([
    ["an approval that may match", [{ effect: "require_approval", match: MAYBE }], ["require_approval", "rule 0"]],
    ["a change that may match", [{ ...REMOVE, match: MAYBE }], ["sanitize", "rule 0"]],
    ["a permission that may match", [{ effect: "allow", match: MAYBE }], ["deny", undefined]],
    [
      "a denial that may match in front of a permission",
      [{ effect: "deny", match: MAYBE }, { effect: "allow" }],
      ["require_approval", "rule 0"],
    ],
    [
      "a denial that may match behind a permission",
      [
        { effect: "allow", priority: 1 },
        { effect: "deny", match: MAYBE },
      ],
      ["allow", "rule 0"],
    ],
    [
      "a denial that may match in front of a sure one",
      [{ effect: "deny", match: MAYBE }, { effect: "deny" }],
      ["deny", "rule 1"],
    ],
    [
      "a denial that may match in front of a sure one of later priority",
      [
        { effect: "deny", match: MAYBE },
        { effect: "deny", priority: 200 },
      ],
      ["deny", "rule 1"],
    ],
    [
      "a sure approval beside a denial that may match",
      [{ effect: "deny", match: MAYBE }, { effect: "require_approval" }],
      ["require_approval", "rule 1"],
    ],
    [
      "a change that may match in front of a denial that may match",
      [
        { ...REMOVE, match: MAYBE, priority: 1 },
        { effect: "deny", match: MAYBE },
      ],
      ["require_approval", "rule 1"],
    ],
    [
      "a permission that may match in front of a sure denial",
      [{ effect: "allow", match: MAYBE, priority: 1 }, { effect: "deny" }],
      ["deny", "rule 1"],
    ],
    [
      "a shadow denial that may match in front of a permission",
      [{ effect: "deny", match: MAYBE, enforce: false }, { effect: "allow" }],
      ["allow", "rule 1"],
    ],
  ])("evaluate() decides on %s", (_, rules, decided) => {
    const verdict = compileRules(rules).evaluate(CALL);
    expect([verdict.effect, verdict.rule]).toEqual(decided);
    expect(Verdict.parse(verdict)).toEqual(verdict);
  });

  it("evaluate() reports all that match or may match, but not permissions that only may", () => {
    const verdict = compileRules([
      { effect: "require_approval", match: MAYBE, priority: 1 },
      { effect: "allow", match: MAYBE, priority: 2 },
      { effect: "allow", priority: 3 },
      { effect: "deny", match: MAYBE, priority: 4 },
      { effect: "deny", match: MAYBE, priority: 5, enforce: false },
    ]).evaluate(CALL);
    expect(verdict.matched).toEqual([
      { rule: "rule 0", effect: "require_approval", priority: 1, uncertain: true },
      { rule: "rule 2", effect: "allow", priority: 3 },
      { rule: "rule 3", effect: "require_approval", priority: 4, uncertain: true },
    ]);
    expect(verdict.shadow).toEqual([{ rule: "rule 4", effect: "require_approval", priority: 5, uncertain: true }]);
  });

  it("evaluate() takes any alternative that surely matches before one that may", () => {
    const sure = { action: "billing.*" };
    expect(compileRules([{ effect: "deny", match: [MAYBE, sure] }]).evaluate(CALL).effect).toBe("deny");
    const other = { action: "other" };
    expect(compileRules([{ effect: "deny", match: [other, MAYBE] }]).evaluate(CALL).effect).toBe("require_approval");
    expect(compileRules([{ effect: "deny", match: { ...MAYBE, ...other } }]).evaluate(CALL).defaulted).toBe(true);
  });

  it("evaluate() lets a sure denial of another document stand", () => {
    const maybe = { version: 1, rules: [{ name: "maybe", effect: "deny", match: MAYBE }] };
    const sure = { version: 1, rules: [{ name: "sure", effect: "deny" }] };
    const verdict = compilePolicy([parsePolicy(maybe), parsePolicy(sure)]).evaluate(CALL);
    expect(verdict).toMatchObject({ effect: "deny", rule: "sure", obligations: {} });
  });
});

describe("policy.evaluate terms of approvals where a rule may match", () => {
  it.each<[name: string, rules: Rules, terms: object]>([
    ["of the denial that may match", [{ effect: "deny", match: MAYBE, approval: FINANCE }], FINANCE_TERMS],
    [
      "of the sure approval behind a denial that names none",
      [
        { effect: "deny", match: MAYBE },
        { effect: "require_approval", approval: FINANCE },
      ],
      FINANCE_TERMS,
    ],
    [
      "merged, where both ask for an approval",
      [
        { effect: "require_approval", match: MAYBE, priority: 1 },
        { effect: "require_approval", approval: FINANCE },
      ],
      { ...FINANCE_TERMS, stages: [...DEFAULT_TERMS.stages, ...FINANCE_TERMS.stages] },
    ],
  ])("evaluate() gives the terms %s", (_, rules, terms) => {
    expect(compileRules(rules).evaluate(CALL).obligations).toEqual({ approval: terms });
  });
});

describe("policy.evaluate sanitize", () => {
  it("evaluate() decides between allow and require_approval", () => {
    const rules = [{ effect: "allow" }, REMOVE];
    expect(compileRules(rules).evaluate(CALL)).toMatchObject({
      effect: "sanitize",
      rule: "rule 1",
      reason: 'The rule "rule 1" changes this call\'s input',
      obligations: { sanitize: { remove: ["/text"] } },
    });
    expect(compileRules([...rules, { effect: "require_approval" }]).evaluate(CALL)).toMatchObject({
      effect: "require_approval",
      rule: "rule 2",
      obligations: { approval: DEFAULT_TERMS },
    });
  });

  it("evaluate() raises it to an approval when the action requires one, and keeps the change", () => {
    const call = { ...CALL, manifest: { approvalRequired: true } };
    expect(compileRules([REMOVE]).evaluate(call)).toMatchObject({
      effect: "require_approval",
      rule: "rule 0",
      reason: "The action requires an approval, whatever the rules allow",
      obligations: { approval: DEFAULT_TERMS, sanitize: { remove: ["/text"] } },
    });
  });

  it("evaluate() keeps a change that may apply when a sure approval decides, and none for a denial", () => {
    const maybe = { ...REMOVE, match: MAYBE, priority: 1 };
    expect(compileRules([maybe, { effect: "require_approval" }]).evaluate(CALL)).toMatchObject({
      rule: "rule 1",
      obligations: { sanitize: { remove: ["/text"] } },
    });
    expect(compileRules([maybe, { effect: "deny" }]).evaluate(CALL).obligations).toEqual({});
    expect(compileRules([maybe, { effect: "allow" }]).evaluate(CALL)).toMatchObject({ effect: "sanitize" });
  });

  it("evaluate() merges the changes of several documents", () => {
    const masking = { effect: "sanitize", sanitize: { mask: ["/amount"] } };
    const documents = [REMOVE, masking].map((rule) => parsePolicy({ version: 1, rules: [{ name: "a", ...rule }] }));
    const { obligations } = compilePolicy(documents).evaluate(CALL);
    expect(obligations).toEqual({ sanitize: { remove: ["/text"], mask: ["/amount"] } });
  });
});

describe("policy.evaluate limits", () => {
  const limit = (perRun: number): Readonly<Record<string, unknown>> => ({ limits: { attempts: { per_run: perRun } } });

  it.each<
    [name: string, document: { rules: Rules; rest?: Readonly<Record<string, unknown>> }, attempts: number | undefined]
  >([
    ["of the deciding rule", { rules: [{ effect: "allow", ...limit(3) }] }, 3],
    ["of the document", { rules: [{ effect: "allow" }], rest: limit(4) }, 4],
    ["of the document, where the default decides", { rules: [], rest: { ...limit(4), default: "allow" } }, 4],
    [
      "that is lowest of all rules that match",
      {
        rules: [
          { effect: "allow", ...limit(3) },
          { effect: "allow", ...limit(2) },
        ],
        rest: limit(4),
      },
      2,
    ],
    ["of a rule that may match", { rules: [{ effect: "allow", match: MAYBE, ...limit(2) }, { effect: "allow" }] }, 2],
    [
      "of no rule that doesn't match",
      { rules: [{ effect: "deny", match: { action: "x" }, ...limit(2) }, { effect: "allow" }] },
      undefined,
    ],
    [
      "of no shadow rule",
      { rules: [{ effect: "allow", enforce: false, ...limit(2) }, { effect: "allow" }] },
      undefined,
    ],
    ["of none when the call is denied", { rules: [{ effect: "deny", ...limit(2) }], rest: limit(4) }, undefined],
  ])("evaluate() obliges to the limit %s", (_, { rules, rest }, attempts) => {
    const { obligations } = compileRules(rules, rest).evaluate(CALL);
    expect(obligations.limits?.attempts?.perRun).toBe(attempts);
  });

  it("evaluate() obliges to the limits of every document, beside an approval", () => {
    const documents = [
      { ...limit(5), default: "allow" },
      { rules: [{ name: "a", effect: "require_approval", ...limit(2) }] },
    ].map((document) => parsePolicy({ version: 1, ...document }));
    expect(compilePolicy(documents).evaluate(CALL).obligations).toEqual({
      approval: DEFAULT_TERMS,
      limits: { attempts: { perRun: 2 } },
    });
  });

  it("evaluate() gives copies of its terms", () => {
    const policy = compileRules([{ ...REMOVE, ...limit(3) }]);
    const { obligations } = policy.evaluate(CALL);
    obligations.sanitize?.remove?.push("/other");
    Object.assign(obligations.limits?.attempts ?? {}, { perRun: 99 });
    expect(policy.evaluate(CALL).obligations).toEqual({
      sanitize: { remove: ["/text"] },
      limits: { attempts: { perRun: 3 } },
    });
  });
});

describe("policy.evaluate settings", () => {
  it("evaluate() looks at a call once for documents of equal settings, and through each one's own otherwise", () => {
    const rule = { name: "a", effect: "deny", match: { capability: "shell" } };
    const plain = parsePolicy({ version: 1, default: "allow", rules: [rule] });
    const naming = parsePolicy({
      version: 1,
      default: "allow",
      capabilities: { shell: ["frobnicate"] },
      rules: [{ ...rule, name: "b" }],
    });
    let reads = 0;
    const call = {
      action: "frobnicate",
      get input(): unknown {
        reads += 1;
        return { amount: 1 };
      },
    };
    const asking = parsePolicy({ version: 1, default: "allow", rules: [{ name: "c", effect: "deny", match: MAYBE }] });
    const policy = compilePolicy([asking, naming, plain, naming, asking]);
    expect(policy.evaluate(call)).toMatchObject({ effect: "deny", rule: "b" });
    expect(reads).toBe(1);
    expect(policy.explain(call).map(({ rule: name, matched }) => [name, matched])).toEqual([
      ["c", false],
      ["b", true],
      ["a", false],
      ["b", true],
      ["c", false],
    ]);
  });
});
