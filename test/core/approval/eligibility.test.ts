import { expect, test } from "vitest";
import { type Approver, approverNames, asksByCondition, isEligible } from "../../../src/core/approval/eligibility.ts";

const ada: Approver = { subject: "ada", kind: "user", roles: ["lead", "approver"], groups: ["finance"] };
const request = { action: "billing.refund", actor: "agent", input: { amountCents: 400 } };

test("approverNames() lists every way in which terms can name a principal", () => {
  expect(approverNames(ada)).toEqual(["user:ada", "role:lead", "role:approver", "group:finance"]);
  expect(approverNames({ subject: "ben", roles: [], groups: [] })).toEqual(["user:ben"]);
});

test.each([
  [["user:ada"], true],
  [["role:lead"], true],
  [["group:finance"], true],
  [["user:ben", "group:finance"], true],
  [[], false],
  [["user:ben", "role:boss", "group:sales"], false],
  // A name of one kind is no name of another, and a part of a name is no name.
  [["user:lead", "role:finance", "group:ada"], false],
  [["ada", "lead", "finance", "user:", "user:ad", "group:finance2", "USER:ada"], false],
])("isEligible() where the terms name %j is %j", (approvers, eligible) => {
  expect(isEligible(approvers, ada, request)).toBe(eligible);
});

test.each([
  ["when:'finance' in approver.groups && request.input.amountCents < 500", true],
  ["when:'finance' in approver.groups && request.input.amountCents < 100", false],
  ["when:approver.kind == 'user' && approver.subject != request.actor", true],
  // What can't be evaluated is no, and so is a condition that doesn't stand behind its prefix.
  ["when:request.input.missing > 1", false],
  ["when:this is no expression", false],
  ["approver.kind == 'user'", false],
])("isEligible() by the condition %j is %j", (entry, eligible) => {
  expect(isEligible(["user:ben", entry], ada, request)).toBe(eligible);
});

test("isEligible() takes no role or group for a user or a condition, though it is named like one", () => {
  const sly: Approver = { subject: "sly", roles: ["user:ada", "lead:user:ada"], groups: ["role:lead"] };
  expect(isEligible(["user:ada", "role:lead"], sly, request)).toBe(false);
  expect(isEligible(["when:false"], { subject: "x", roles: ["when:true"], groups: [] }, request)).toBe(false);
});

test("asksByCondition() tells a condition from names", () => {
  expect(asksByCondition(["user:ada", "when:true"])).toBe(true);
  expect(asksByCondition(["user:when:true", "role:when"])).toBe(false);
});
