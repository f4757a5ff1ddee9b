import { compilePolicy, parsePolicy, type PolicyManifest } from "countersign/policy";
import { describe, expect, it } from "vitest";
import type { ApprovalTerms } from "../../../src/contract/approval-terms.ts";
import { toPolicyCall } from "../../../src/core/policy/recorded-call.ts";
import { buildCall, compileRules, termsOf } from "./documents.ts";

const OWN = termsOf(
  { approvers: ["group:owners", "user:ada"], approve: 2 },
  { decideByMs: 5_000, requireReason: true },
);
const ASKS = { effect: "require_approval" };

function termsBy(
  rules: Parameters<typeof compileRules>[0],
  manifest: PolicyManifest,
  rest = {},
): ApprovalTerms | undefined {
  return compileRules(rules, rest).evaluate(buildCall({ manifest })).obligations.approval;
}

describe("policy.evaluate with terms of the action", () => {
  it("evaluate() lets the action's terms stand where policy asks and names none", () => {
    expect(termsBy([ASKS], { approval: OWN })).toEqual(OWN);
    expect(termsBy([], { approval: OWN }, { default: "require_approval" })).toEqual(OWN);
    expect(termsBy([{ effect: "allow" }], { approval: OWN, approvalRequired: true })).toEqual(OWN);
    expect(termsBy([], { approval: OWN, approvalRequired: true }, { default: "allow" })).toEqual(OWN);
  });

  it("evaluate() adds the action's terms to those that policy names, by the stricter", () => {
    const rule = { ...ASKS, approval: { approvers: ["user:ada", "user:bob"], decide_by: "1h", execute_by: "1m" } };
    const merged = termsOf(
      { approvers: ["user:ada"], approve: 2 },
      { decideByMs: 5_000, executeByMs: 60_000, requireReason: true },
    );
    expect(termsBy([rule], { approval: OWN })).toEqual(merged);
    expect(termsBy([{ ...rule, effect: "allow" }], { approval: OWN, approvalRequired: true })).toEqual(merged);
  });

  it("evaluate() asks the action's approvers after policy's where none are in common, once for all documents", () => {
    const finance = { approvers: ["group:finance"], approve: 1, deny: 1 };
    const documents = [
      { ...ASKS, name: "a", approval: { approvers: "group:finance" } },
      { ...ASKS, name: "b" },
    ];
    const parsed = documents.map((rule) => parsePolicy({ version: 1, rules: [rule] }));
    const verdict = compilePolicy(parsed).evaluate(buildCall({ manifest: { approval: OWN } }));
    expect(verdict.obligations.approval?.stages).toEqual([finance, ...OWN.stages]);
  });

  it("evaluate() tells no terms of a call that needs no approval, or that is denied", () => {
    expect(termsBy([{ effect: "allow" }], { approval: OWN })).toBeUndefined();
    expect(termsBy([{ effect: "deny" }], { approval: OWN, approvalRequired: true })).toBeUndefined();
  });

  it("evaluate() gives a copy of the action's terms", () => {
    const approval = structuredClone({ ...OWN, edit: { allow: ["/a"] }, reasonPattern: ["a"] });
    const policy = compileRules([ASKS]);
    const given = policy.evaluate(buildCall({ manifest: { approval } })).obligations.approval;
    given?.stages[0]?.approvers.push("user:mallory");
    given?.edit?.allow.push("/b");
    given?.reasonPattern?.push("b");
    expect(approval).toEqual({ ...OWN, edit: { allow: ["/a"] }, reasonPattern: ["a"] });
  });

  it("evaluate() takes the manifest's terms of a recorded call", () => {
    const row = { action: "a", input: "{}", actor_principal: "{}", run: null, session: null };
    const verdict = compileRules([ASKS]).evaluate(toPolicyCall(row, { approval: OWN }));
    expect(verdict.obligations.approval).toEqual(OWN);
  });
});

const ESCALATED = {
  ...OWN.stages[0],
  name: "x",
  decideByMs: 1,
  remindEveryMs: 1,
  escalate: [{ afterMs: 1, to: [], notify: ["user:x"] }],
};
const FULL = {
  ...OWN,
  stages: [ESCALATED],
  executeByMs: 9,
  reasonPattern: ["a", "b"],
  edit: { allow: ["/a"] },
  exclude: [],
};

describe("policy.evaluate on terms that it is given", () => {
  it("evaluate() reads every member of terms", () => {
    const policy = compileRules([ASKS]);
    const manifest = { approval: FULL } as unknown as PolicyManifest;
    expect(policy.evaluate(buildCall({ manifest })).obligations.approval).toEqual(FULL);
  });

  it.each<[what: string, approval: unknown]>([
    ["a text", "group:finance"],
    ["nothing", {}],
    ["no stages", { ...OWN, stages: [] }],
    ["stages as a text", { ...OWN, stages: "finance" }],
    ["too many stages", { ...OWN, stages: Array.from({ length: 1_001 }, () => OWN.stages[0]) }],
    ["a stage that is none", { ...OWN, stages: [null] }],
    ["no approvers", { ...OWN, stages: [{ ...OWN.stages[0], approvers: [] }] }],
    ["an approver that is a number", { ...OWN, stages: [{ ...OWN.stages[0], approvers: [7] }] }],
    ["no votes", { ...OWN, stages: [{ ...OWN.stages[0], approve: 0 }] }],
    ["half a vote", { ...OWN, stages: [{ ...OWN.stages[0], deny: 0.5 }] }],
    ["an endless clock", { ...OWN, decideByMs: Infinity }],
    ["an escalation without a time", { ...OWN, stages: [{ ...OWN.stages[0], escalate: [{ to: [], notify: [] }] }] }],
    ["an unknown exclusion", { ...OWN, exclude: ["nobody"] }],
    ["an unknown need of reasons", { ...OWN, requireReason: "never" }],
    ["a pattern that is no list", { ...OWN, reasonPattern: "a" }],
    ["a pattern that is a number", { ...OWN, reasonPattern: [7] }],
    ["no pattern in a list", { ...OWN, reasonPattern: [] }],
    ["edit as a list", { ...OWN, edit: ["/a"] }],
    ["an unknown answer to drift", { ...OWN, onDrift: "allow" }],
  ])("evaluate() denies a call whose terms are %s", (_, approval) => {
    const manifest = { approval } as PolicyManifest;
    expect(compileRules([{ effect: "allow" }]).evaluate(buildCall({ manifest }))).toMatchObject({
      effect: "deny",
      reason: "The call can't be read, so it is denied",
    });
  });

  it("evaluate() reads each member of terms once", () => {
    let looks = 0;
    const stages = (): ApprovalTerms["stages"] => ((looks += 1) === 1 ? OWN.stages : []);
    const approval = Object.defineProperty({ ...OWN }, "stages", { get: stages, enumerable: true });
    expect(termsBy([ASKS], { approval })).toEqual(OWN);
  });
});
