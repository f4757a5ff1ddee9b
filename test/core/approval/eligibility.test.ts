import { expect, test } from "vitest";
import { approverNames, isEligible } from "../../../src/core/approval/eligibility.ts";

const ada = { subject: "ada", roles: ["lead", "approver"], groups: ["finance"] };

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
  expect(isEligible(approvers, ada)).toBe(eligible);
});

test("isEligible() takes no role or group for a user, though it is named like one", () => {
  const sly = { subject: "sly", roles: ["user:ada", "lead:user:ada"], groups: ["role:lead"] };
  expect(isEligible(["user:ada", "role:lead"], sly)).toBe(false);
});
