import { parsePolicy } from "countersign/policy";
import { describe, expect, it } from "vitest";
import type { ApprovalTerms } from "../../../../src/contract/approval-terms.ts";
import { ApprovalTerms as Contract } from "../../../../src/contract/approval-terms.ts";
import { faultsOf, termsOf } from "../documents.ts";

const SETS = { finance: ["group:finance", "user:ada"], nobody: [] };

function read(approval: unknown): ApprovalTerms | undefined {
  const rules = [{ name: "asks", effect: "require_approval", approval }];
  return parsePolicy({ version: 1, sets: SETS, rules }).rules[0]?.approval;
}

/** The first fault of a rule's `approval`, with its path inside of it. */
function faultOf(approval: unknown): string {
  const rules = [{ name: "asks", effect: "require_approval", approval }];
  const [fault] = faultsOf({ version: 1, sets: SETS, rules });
  const hint = fault?.hint === undefined ? "" : ` (${fault.hint})`;
  return `${fault?.path.replace("rules[0].approval", "") ?? ""}: ${fault?.message ?? ""}${hint}`;
}

describe("approval in a document", () => {
  it("approval reads stages with everything that belongs to one, and what belongs to the whole", () => {
    const terms = read({
      stages: [
        {
          name: "finance",
          approvers: ["$finance", { when: "request.actor != approver.subject" }],
          approve: 2,
          deny: 3,
          decide_by: "24h",
          remind_every: "4h",
          escalate: [
            { after: "8h", to: ["role:lead", { when: "true" }], notify: "user:cfo" },
            { after: "9h", notify: "$finance" },
          ],
        },
        {},
      ],
      ...{ decide_by: "72h", execute_by: "1h", exclude: ["previous_stage"], require_reason: "on_reject" },
      ...{ reason_pattern: "^[A-Z]+-\\d+", edit: { allow: ["/amountCents", "/amountCents"] }, on_drift: "deny" },
    });
    expect(terms).toEqual({
      stages: [
        {
          name: "finance",
          approvers: ["group:finance", "user:ada", "when:request.actor != approver.subject"],
          ...{ approve: 2, deny: 3, decideByMs: 86_400_000, remindEveryMs: 14_400_000 },
          escalate: [
            { afterMs: 28_800_000, to: ["role:lead", "when:true"], notify: ["user:cfo"] },
            { afterMs: 32_400_000, to: [], notify: ["group:finance", "user:ada"] },
          ],
        },
        { approvers: ["role:approver"], approve: 1, deny: 1 },
      ],
      ...{ decideByMs: 259_200_000, executeByMs: 3_600_000, exclude: ["requester", "previous_stage"] },
      ...{
        requireReason: "on_reject",
        reasonPattern: ["^[A-Z]+-\\d+"],
        edit: { allow: ["/amountCents"] },
        onDrift: "deny",
      },
    });
    expect(Contract.parse(terms)).toEqual(terms);
  });

  it("approval takes the keys of its only stage without the list, and decide_by for the whole", () => {
    const escalate = { after: "1m", to: "user:eve" };
    const terms = read({
      approvers: "group:finance",
      approve: 2,
      deny: 2,
      remind_every: "1m",
      escalate,
      decide_by: "1h",
    });
    expect(terms).toEqual(
      termsOf(
        {
          ...{ approvers: ["group:finance"], approve: 2, deny: 2, remindEveryMs: 60_000 },
          escalate: [{ afterMs: 60_000, to: ["user:eve"], notify: [] }],
        },
        { decideByMs: 3_600_000 },
      ),
    );
  });

  it("approval takes one pattern for reasons, or several that must all be found, each once", () => {
    expect(read({ reason_pattern: "^a" })?.reasonPattern).toEqual(["^a"]);
    expect(read({ reason_pattern: ["^a", "b$", "^a"] })?.reasonPattern).toEqual(["^a", "b$"]);
  });

  it("approval excludes whoever asked, whatever it lists, and is frozen", () => {
    expect(read({ exclude: "requester" })?.exclude).toEqual(["requester"]);
    expect(Object.isFrozen(read({})?.stages[0]?.approvers)).toBe(true);
  });

  it.each<[what: string, approval: unknown, expected: string]>([
    [
      "both forms",
      { stages: [{}], approve: 2 },
      ".approve: approve can't stand beside stages (write it in each stage)",
    ],
    ["stages as a mapping", { stages: {} }, ".stages: This must be a list"],
    ["no stage", { stages: [] }, ".stages: This list is empty, so nobody could approve"],
    [
      "too many stages",
      { stages: Array.from({ length: 11 }, () => ({})) },
      ".stages: An approval has at most 10 stages",
    ],
    ["a stage that is text", { stages: ["finance"] }, ".stages[0]: This must be a mapping"],
    ["a stage's unknown key", { stages: [{ execute_by: "1h" }] }, '.stages[0].execute_by: Unknown key "execute_by"'],
    ["a stage's name that is empty", { stages: [{ name: "" }] }, ".stages[0].name: This must not be empty"],
    ["the name of an only stage", { name: "finance" }, '.name: Unknown key "name"'],
    ["an approver that is a mapping without when", { approvers: [{}] }, ".approvers[0]: An approver is a name, or"],
    ["a condition that is a number", { approvers: [{ when: 1 }] }, ".approvers[0].when: This must be text"],
    ["a condition as text", { approvers: "when:true" }, "and a name (a condition is written { when: '…' })"],
    [
      "a condition to tell",
      { escalate: { after: "1h", notify: { when: "true" } } },
      ".escalate.notify: This must be text",
    ],
    ["an escalation without a time", { escalate: { to: "user:a" } }, ".escalate: The key after is missing"],
    [
      "an escalation to nobody",
      { escalate: { after: "1h" } },
      ".escalate: This escalates to nobody (name to or notify)",
    ],
    [
      "an escalation to empty sets",
      { escalate: { after: "1h", to: "$nobody" } },
      ".escalate.to: The sets named here are",
    ],
    ["an escalation as text", { escalate: "8h" }, ".escalate: This must be a mapping"],
    ["no escalation", { escalate: [] }, ".escalate: This list is empty"],
    [
      "too many escalations",
      { escalate: Array.from({ length: 21 }, () => ({ after: "1h", to: "user:a" })) },
      ".escalate: A stage has at most 20 escalations",
    ],
    [
      "an unknown exclusion",
      { exclude: ["requestor"] },
      ".exclude[0]: This must be one of requester, previous_stage (did you",
    ],
    ["a pattern that is no regex", { reason_pattern: "(" }, ".reason_pattern: The regex is not valid RE2 syntax"],
    ["a pattern that is a number", { reason_pattern: ["a", 7] }, ".reason_pattern[1]: This must be text"],
    ["no pattern in a list", { reason_pattern: [] }, ".reason_pattern: This list is empty"],
    [
      "patterns of empty sets",
      { reason_pattern: "$nobody" },
      ".reason_pattern: The sets named here are empty, so no form",
    ],
    ["require_reason as a list", { require_reason: [true] }, ".require_reason: This must be true, false or on_reject"],
    ["edit as a list", { edit: ["/a"] }, ".edit: This must be a mapping"],
    ["edit of nothing", { edit: {} }, ".edit: The key allow is missing (for example allow: [/amountCents])"],
    [
      "edit of empty sets",
      { edit: { allow: "$nobody" } },
      ".edit.allow: The sets named here are empty, so nothing could",
    ],
    ["edit of what is no pointer", { edit: { allow: "amount" } }, ".edit.allow: This must be a JSON pointer"],
    ["an unknown answer to drift", { on_drift: "allow" }, ".on_drift: This must be one of ask_again, deny"],
  ])("approval refuses %s", (_, approval, expected) => {
    expect(faultOf(approval)).toContain(expected);
  });

  it.each<[what: string, approval: unknown, expected: string | undefined]>([
    [
      "too few to approve",
      { approvers: ["user:a"], approve: 2 },
      ".approve: Of 1 person named here 2 can't vote (name",
    ],
    ["too few by default", { approvers: ["user:a", "user:b"], deny: 3 }, ".deny: Of 2 people named here 3 can't vote"],
    ["one person named twice", { approvers: ["user:a", "user:a"], approve: 2 }, ".approve: Of 1 person named here 2"],
    [
      "too few in a later stage",
      { stages: [{}, { approvers: "user:a", approve: 2 }] },
      ".stages[1].approve: Of 1 person named here 2 can't vote",
    ],
    [
      "too few with those who come later",
      { approvers: "user:a", approve: 3, escalate: { after: "1h", to: ["user:a", "user:b"] } },
      ".approve: Of 2 people named here 3 can't vote",
    ],
    [
      "enough with those who come later",
      { approvers: "user:a", approve: 2, escalate: { after: "1h", to: "user:b" } },
      undefined,
    ],
    ["a group beside", { approvers: ["user:a", "group:b"], approve: 9 }, undefined],
    ["a condition beside", { approvers: ["user:a", { when: "true" }], approve: 9 }, undefined],
    [
      "too few for all stages together",
      { stages: [{ approvers: "user:a" }, { approvers: "user:a" }], exclude: "previous_stage" },
      ".exclude: Of 1 person named here 2 can't vote",
    ],
    ["the same person twice", { stages: [{ approvers: "user:a" }, { approvers: "user:a" }] }, undefined],
    [
      "others in another stage",
      { stages: [{ approvers: "user:a" }, { approvers: "role:b" }], exclude: "previous_stage" },
      undefined,
    ],
    [
      "enough for all stages together",
      { stages: [{ approvers: "user:a" }, { approvers: ["user:a", "user:b"] }], exclude: "previous_stage" },
      undefined,
    ],
  ])("approval with lists of people: %s", (_, approval, expected) => {
    if (expected === undefined) expect(read(approval)).toBeDefined();
    else expect(faultOf(approval)).toContain(expected);
  });

  it("approval tells faults of conditions where they stand", () => {
    const text = `version: 1
rules:
  - name: asks
    effect: require_approval
    approval:
      approvers: [{ when: 'approver.subject == request.actr' }]
`;
    expect(faultsOf(text)).toMatchObject([
      { line: 6, column: expect.any(Number), path: "rules[0].approval.approvers[0].when" },
    ]);
    expect(faultsOf(text)[0]?.column).toBeGreaterThan(27);
  });

  it("approval charges its regexes to the document", () => {
    const approval = { approvers: [{ when: `approver.subject.matches('${"[a-z]{9}".repeat(50)}')` }] };
    const rules = Array.from({ length: 400 }, (_, index) => ({
      name: `r${index}`,
      ...{ effect: "require_approval", approval: { ...approval, reason_pattern: "[a-z]{900}" } },
    }));
    expect(faultsOf({ version: 1, rules })[0]?.message).toBe("The document's patterns are too large together");
  });
});
