import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkApproverCondition, fitsApproverCondition } from "../../../src/core/approval/approver-condition.ts";
import type { ApprovalRequest, Approver } from "../../../src/core/approval/eligibility.ts";
import { MAX_APPROVER_CONDITIONS } from "../../../src/core/policy/limits.ts";

const ADA: Approver = { subject: "ada", kind: "user", roles: ["lead"], groups: ["finance"] };
const REFUND: ApprovalRequest = {
  ...{ action: "billing.issue_refund", actor: "bot", via: "bob", run: "night-7" },
  input: { amountCents: 400, owner: "ada", lines: [{ cents: 1 }] },
};

describe("fitsApproverCondition", () => {
  it.each([
    ["'lead' in approver.roles && 'finance' in approver.groups && approver.kind == 'user'", true],
    ["approver.subject == request.input.owner", true],
    ["request.input.amountCents < 500 || 'cfo' in approver.roles", true],
    [
      "request.action.startsWith('billing.') && request.actor == 'bot' && request.via == 'bob' && request.run == 'night-7'",
      true,
    ],
    ["request.input.lines.all(line, line.cents < 2)", true],
    ["approver.subject.matches('^a')", true],
    ["'lead' in approver.groups", false],
    ["request.input.amountCents > 500", false],
    ["has(request.input.currency)", false],
    ["request.input.currency == 'EUR'", false],
    ["request.input.currency != 'EUR'", false],
    ["request.input.owner", false],
    ["request.input.owner > 5", false],
  ])("fitsApproverCondition() of %s is %s, and what can't be told is no", (text, expected) => {
    expect(checkApproverCondition(text)).toEqual([]);
    expect(fitsApproverCondition(text, ADA, REFUND)).toBe(expected);
  });

  it("fitsApproverCondition() knows what a request lacks as empty, and so for has() as absent", () => {
    const bare = { action: "a", actor: "bot", input: null };
    const nobody = { subject: "eve", roles: [], groups: [] };
    const text =
      "!has(request.via) && request.run == '' && approver.kind == '' && !has(approver.roles) && request.input == null";
    expect(fitsApproverCondition(text, nobody, bare)).toBe(true);
    expect(fitsApproverCondition("has(request.via) && has(approver.kind) && has(request.input)", ADA, REFUND)).toBe(
      true,
    );
  });

  it.each([
    "",
    "approver.",
    "actor.roles",
    "request.inptu == 1",
    "input.amount > 1",
    "sets.a",
    "1 + 1",
    "x".repeat(1_001),
  ])("fitsApproverCondition() of %j, which is no condition, is false", (text) => {
    expect(checkApproverCondition(text)).toHaveLength(1);
    expect(fitsApproverCondition(text, ADA, REFUND)).toBe(false);
    expect(fitsApproverCondition(text, ADA, REFUND)).toBe(false);
  });

  it("fitsApproverCondition() doesn't judge by a part of an input, and does by what is known without it", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 70; depth += 1) deep = [deep];
    const cut = { ...REFUND, input: { amountCents: 400, deep } };
    expect(fitsApproverCondition("request.input.amountCents == 400", ADA, cut)).toBe(false);
    expect(fitsApproverCondition("request == request", ADA, cut)).toBe(false);
    expect(fitsApproverCondition("request.actor == 'bot'", ADA, cut)).toBe(true);
  });

  it("fitsApproverCondition() answers alike however many conditions came before", () => {
    for (let index = 0; index <= MAX_APPROVER_CONDITIONS; index += 1)
      expect(fitsApproverCondition(`approver.subject == 'ada' && ${index} >= 0`, ADA, REFUND)).toBe(true);
    expect(fitsApproverCondition("approver.subject == 'ada' && 0 >= 0", ADA, REFUND)).toBe(true);
  });

  it("fitsApproverCondition() never throws, whatever the text and the input", () => {
    const words = fc.constantFrom(
      "approver",
      "request",
      ".input",
      ".roles",
      "[0]",
      "==",
      "&&",
      "'a'",
      "(",
      ")",
      "has(",
      "1",
      "in",
      "!",
    );
    const text = fc.array(words, { maxLength: 8 }).map((parts) => parts.join(" "));
    fc.assert(
      fc.property(text, fc.anything(), (condition, input) => {
        const isFit = fitsApproverCondition(condition, ADA, { ...REFUND, input });
        expect(typeof isFit).toBe("boolean");
        if (checkApproverCondition(condition).length > 0) expect(isFit).toBe(false);
      }),
    );
  });
});

describe("checkApproverCondition", () => {
  it("checkApproverCondition() says where a fault is and what may be meant", () => {
    expect(checkApproverCondition("approver.subject.startWith('a')")).toMatchObject([{ start: expect.any(Number) }]);
    expect(checkApproverCondition("'a' in approver.role")[0]?.start).toBeGreaterThan(0);
    expect(checkApproverCondition("actor.subject == 'a'")[0]?.message).toContain("actor");
  });

  it("checkApproverCondition() charges regexes to the budget that it is given", () => {
    const budget = { spent: 199_999 };
    expect(checkApproverCondition("approver.subject.matches('a+')", budget)).toMatchObject([
      { message: "The document's patterns are too large together" },
    ]);
    expect(checkApproverCondition("approver.subject.matches('a+')")).toEqual([]);
  });
});
