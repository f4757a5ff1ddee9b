import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parsePolicy } from "countersign/policy";
import type { ActionApproval } from "../../src/action/action-approval.ts";
import { defineAction } from "../../src/action/define-action.ts";
import { describeAction } from "../../src/action/describe-action.ts";
import type { ApprovalTerms } from "../../src/contract/approval-terms.ts";
import { Manifest } from "../../src/contract/manifest.ts";

function define(changes: object = {}) {
  return defineAction({ name: "mail.send", description: "Sends", input: z.object({}), run: () => "sent", ...changes });
}

function termsOfAction(approval: ActionApproval): ApprovalTerms | undefined {
  return define({ approval }).approval;
}

function termsOfDocument(approval: string): ApprovalTerms | undefined {
  const rules = `rules: [{ name: a, effect: require_approval, approval: ${approval} }]`;
  return parsePolicy(`version: 1\n${rules}\n`).rules[0]?.approval;
}

describe("the same approval comes to the same terms on an action and in a document", () => {
  test.each<[text: string, approval: ActionApproval]>([
    ["{}", {}],
    ["{ approvers: group:finance, approve: 2, deny: 3 }", { approvers: "group:finance", approve: 2, deny: 3 }],
    ["{ approvers: [user:a, role:b, { when: 'true' }] }", { approvers: ["user:a", "role:b", { when: "true" }] }],
    ["{ approvers: [user:a, user:a, user:b] }", { approvers: ["user:a", "user:a", "user:b"] }],
    ["{ decide_by: 1h, execute_by: 5m, remind_every: 2m }", { decideBy: "1h", executeBy: "5m", remindEvery: "2m" }],
    ["{ decide_by: 1h, execute_by: 5m }", { decideByMs: 3_600_000, executeByMs: 300_000 }],
    [
      "{ escalate: [{ after: 8h, to: [role:lead, { when: 'true' }] }, { after: 9h, notify: user:cfo }] }",
      {
        escalate: [
          { after: "8h", to: ["role:lead", { when: "true" }] },
          { afterMs: 32_400_000, notify: "user:cfo" },
        ],
      },
    ],
    [
      "{ stages: [{ name: one, approvers: user:a, decide_by: 1h, remind_every: 5m }, {}], decide_by: 3h }",
      { stages: [{ name: "one", approvers: "user:a", decideBy: "1h", remindEvery: "5m" }, {}], decideBy: "3h" },
    ],
    ["{ exclude: previous_stage, on_drift: deny }", { exclude: "previous_stage", onDrift: "deny" }],
    ["{ exclude: [requester] }", { exclude: [] }],
    ["{ require_reason: on_reject, reason_pattern: '^A' }", { requireReason: "on_reject", reasonPattern: "^A" }],
    ["{ reason_pattern: ['^A', 'b$', '^A'] }", { reasonPattern: ["^A", "b$", "^A"] }],
    [
      "{ require_reason: true, edit: { allow: [/a, /b/0] } }",
      { requireReason: true, edit: { allow: ["/a", "/b/0", "/a"] } },
    ],
  ])("%s", (text, approval) => {
    const terms = termsOfAction(approval);
    expect(terms).toEqual(termsOfDocument(text));
    expect(terms).toBeDefined();
    expect(termsOfAction(terms ?? {})).toEqual(terms);
  });
});

describe("defineAction() refuses an approval with the field's name", () => {
  test.each<[approval: unknown, message: string]>([
    [5, "approval must be an object"],
    [null, "approval must be an object"],
    [{ approver: "user:a" }, "approval.approver is not a field of approval"],
    [{ name: "one" }, "approval.name is not a field of approval"],
    [{ approvers: [] }, "approval.approvers must not be an empty list: nobody could approve"],
    [{ approvers: ["ada"] }, "approval.approvers[0] must be user:, role: or group: and a name"],
    [{ approvers: 7 }, "approval.approvers must be an object"],
    [{ approvers: [{}] }, "approval.approvers[0].when is missing"],
    [{ approvers: [{ when: "" }] }, "approval.approvers[0].when must be a text of 1 to 1000 characters"],
    [{ approvers: ["when:"] }, "approval.approvers[0] must be a text of 1 to 1000 characters"],
    [{ approve: 0 }, "approval.approve must be a whole number from 1 to 1000"],
    [{ deny: 1_001 }, "approval.deny must be a whole number from 1 to 1000"],
    [{ decideBy: "soon" }, "approval.decideBy must be a duration such as 90s"],
    [{ decideBy: "1h", decideByMs: 5 }, "approval.decideBy must not stand beside decideByMs"],
    [{ stages: {} }, "approval.stages must be a list"],
    [{ stages: [] }, "approval.stages must not be an empty list: nobody could approve"],
    [{ stages: Array.from({ length: 11 }, () => ({})) }, "approval.stages must have at most 10 members"],
    [{ stages: [{}], approve: 2 }, "approval.approve must not stand beside stages: it belongs into each of them"],
    [{ stages: [{ executeBy: "1h" }] }, "approval.stages[0].executeBy is not a field of approval.stages[0]"],
    [{ stages: [{ name: "" }] }, "approval.stages[0].name must be a text of 1 to 200 characters"],
    [{ escalate: [] }, "approval.escalate must not be an empty list: nothing would escalate"],
    [{ escalate: { to: "user:a" } }, "approval.escalate.after is missing: give after, such as 8h, or afterMs"],
    [{ escalate: { after: "1h" } }, "approval.escalate must have to, notify or both"],
    [{ escalate: { after: "1h", to: [], notify: [] } }, "approval.escalate must have to, notify or both"],
    [
      { escalate: { after: "1h", notify: { when: "true" } } },
      "approval.escalate.notify must be user:, role: or group:",
    ],
    [
      { escalate: Array.from({ length: 21 }, () => ({ after: "1h", to: "user:a" })) },
      "approval.escalate must have at most 20 members",
    ],
    [{ exclude: "requestor" }, "approval.exclude must be one of requester, previous_stage"],
    [{ requireReason: "always" }, "approval.requireReason must be true, false or on_reject"],
    [{ reasonPattern: "" }, "approval.reasonPattern must be a text of 1 to 500 characters"],
    [{ reasonPattern: ["a", 7] }, "approval.reasonPattern[1] must be a text of 1 to 500 characters"],
    [{ reasonPattern: [] }, "approval.reasonPattern must not be an empty list: no form would be asked for"],
    [{ edit: ["/a"] }, "approval.edit must be an object"],
    [{ edit: {} }, "approval.edit.allow is missing"],
    [{ edit: { allow: [] } }, "approval.edit.allow must not be an empty list: nothing could be changed"],
    [{ edit: { allow: ["a"] } }, "approval.edit.allow[0] must be a JSON pointer"],
    [{ onDrift: "allow" }, "approval.onDrift must be one of ask_again, deny"],
    [{ approvers: "user:a", approve: 2 }, "approval.approve can't be met: 2 votes of the only person named"],
    [
      { stages: [{}, { approvers: ["user:a", "user:b"], deny: 3 }] },
      "approval.stages[1].deny can't be met: 3 votes of the 2 people named",
    ],
    [
      { stages: [{ approvers: "user:a" }, { approvers: "user:a" }], exclude: "previous_stage" },
      "approval.exclude can't be met: 2 votes of the only person named",
    ],
  ])("%j", (approval, message) => {
    expect(() => define({ approval })).toThrow(`Action mail.send: ${message}`);
  });
});

test("defineAction() keeps terms as policy uses them, frozen, and none where there are none", () => {
  const { approval } = define({ approval: { approvers: "group:finance" } });
  expect(Object.isFrozen(approval?.stages[0]?.approvers)).toBe(true);
  expect(define()).not.toHaveProperty("approval");
  expect(define({ approval: undefined })).not.toHaveProperty("approval");
});

test("describeAction() tells an action's terms, and nothing of them for an action without any", () => {
  const action = define({
    approval: { approvers: ["group:finance", { when: "'a' in approver.roles" }], reasonPattern: "^A" },
  });
  const manifest = describeAction(action, "mail");
  expect(manifest.approval).toEqual(action.approval);
  expect(Manifest.parse(manifest)).toEqual(manifest);
  const plain = describeAction(define(), "mail");
  expect(plain).not.toHaveProperty("approval");
  expect(manifest.version).not.toBe(plain.version);
});

test.each<[what: string, approval: ActionApproval, message: string]>([
  [
    "a condition with a fault",
    { approvers: [{ when: "approver.subject == 'a'" }, { when: "'a' in approver.role" }] },
    "approval.approvers has a condition with a fault at character 17: ",
  ],
  [
    "a condition with a fault in an escalation, and says what may be meant",
    { escalate: { after: "1h", to: { when: "approver.subject.matches(approver.kind)" } } },
    "The pattern of matches must be a plain text (write it in quotes)",
  ],
  [
    "a pattern that is no regex",
    { reasonPattern: ["a", "("] },
    "approval.reasonPattern can't be used: The regex is not valid",
  ],
])("describeAction() refuses %s", (_, approval, message) => {
  const action = define({ approval });
  expect(() => describeAction(action, "mail")).toThrow(message);
});
