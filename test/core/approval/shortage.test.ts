import { describe, expect, it, test } from "vitest";
import type { ApprovalStage, ApprovalTerms } from "../../../src/contract/approval-terms.ts";
import type { Approver } from "../../../src/core/approval/eligibility.ts";
import {
  approverSearchOf,
  type Electorate,
  findShortage,
  limitElectorate,
  SEARCHED_APPROVERS,
} from "../../../src/core/approval/shortage.ts";
import { stageWith, termsWith } from "./events.ts";

const PREVIOUS: ApprovalTerms["exclude"] = ["requester", "previous_stage"];

function person(subject: string, ...groups: readonly string[]): Approver {
  return { subject, roles: [], groups };
}

function electorateOf(people: readonly Approver[], change: Partial<Electorate> = {}): Electorate {
  const request = { action: "billing.refund", actor: "agent", input: { amountCents: 400 } };
  return { people, isComplete: true, requesters: ["agent"], request, ...change };
}

const [ada, ben] = [person("ada", "finance"), person("ben", "finance")];

describe("findShortage() of one stage", () => {
  it.each<[string, ApprovalStage, readonly Approver[]]>([
    ["with enough people", stageWith({ approve: 2 }), [ada, ben]],
    ["counting people that are named, known or not", stageWith({ approvers: ["user:x", "user:y"], approve: 2 }), []],
    ["counting whom a condition fits", stageWith({ approvers: ["when:request.input.amountCents < 500"] }), [ada]],
    ["not asking how many could reject", stageWith({ deny: 9 }), [ada]],
  ])("finds none %s", (_title, stage, people) => {
    expect(findShortage(termsWith({ stages: [stage] }), electorateOf(people))).toBeUndefined();
  });

  it.each<[ApprovalStage, readonly Approver[], string]>([
    [stageWith({ approve: 2 }), [ada, person("agent", "finance")], "2 of group:finance to approve, and only 1"],
    [stageWith({ approvers: ["user:ada", "group:finance"], approve: 2 }), [ada], "and only 1"],
    [stageWith({ approvers: ["group:x", "role:y"] }), [ada], "1 of group:x, role:y to approve, and nobody"],
    [stageWith({ approvers: ["user:agent"] }), [], "and nobody"],
    [stageWith({ approvers: ["when:approver.subject == 'eve'"] }), [ada], "and nobody"],
  ])("says of %j with %j that it needs %s", (stage, people, words) => {
    const shortage = findShortage(termsWith({ stages: [stage] }), electorateOf(people));
    expect(shortage).toMatch(/^The approval needs .* besides the requester can$/);
    expect(shortage).toContain(words);
  });

  it.each([
    [59_999, undefined],
    [60_000, expect.any(String)],
  ])("counts whom an escalation after %i ms adds before a deadline after 60,000", (afterMs, shortage) => {
    const stage = stageWith({ approve: 2, escalate: [{ afterMs, to: ["user:eve"], notify: ["user:cfo"] }] });
    expect(findShortage(termsWith({ stages: [stage] }), electorateOf([ada]))).toEqual(shortage);
  });

  it.each([
    [["group:finance"], undefined],
    [["user:ada", "when:false"], undefined],
    [["user:ada"], expect.any(String)],
  ])("takes %j to be enough as far as not everybody was looked at", (approvers, shortage) => {
    const terms = termsWith({ stages: [stageWith({ approvers, approve: 3 })] });
    expect(findShortage(terms, electorateOf([ada], { isComplete: false }))).toEqual(shortage);
  });
});

describe("findShortage() of several stages", () => {
  const both = [stageWith({ name: "first" }), stageWith({ approvers: ["user:ada", "group:legal"] })];

  it.each([
    [
      [person("dora", "legal")],
      'Stage "first" needs 1 of group:finance to approve, and nobody besides the requester can',
    ],
    [[ada, ben], undefined],
  ])("names the stage that has too few", (people, shortage) => {
    expect(findShortage(termsWith({ stages: both }), electorateOf(people))).toBe(shortage);
  });

  it("numbers a stage that has no name", () => {
    const stages = [stageWith(), stageWith({ approvers: ["group:legal"] })];
    const shortage = "Stage 2 needs 1 of group:legal to approve, and nobody besides the requester can";
    expect(findShortage(termsWith({ stages }), electorateOf([ada]))).toBe(shortage);
  });

  it("lets one person approve two of them, unless the terms exclude that", () => {
    const shortage = "The stages need 2 different people to approve, and there are fewer besides the requester";
    expect(findShortage(termsWith({ stages: both }), electorateOf([ada]))).toBeUndefined();
    expect(findShortage(termsWith({ stages: both, exclude: PREVIOUS }), electorateOf([ada]))).toBe(shortage);
    expect(findShortage(termsWith({ stages: both, exclude: PREVIOUS }), electorateOf([ada, ben]))).toBeUndefined();
  });

  it("asks only the stages whose people it knows for different ones", () => {
    const stages = [stageWith(), stageWith({ approvers: ["user:ada"] }), stageWith({ approvers: ["user:ben"] })];
    const electorate = electorateOf([ada, ben], { isComplete: false });
    expect(findShortage(termsWith({ stages, exclude: PREVIOUS }), electorate)).toBeUndefined();
  });
});

test("approverSearchOf() lists the roles and groups of stages and escalations, each once", () => {
  const escalate = [{ afterMs: 1, to: ["role:lead", "group:finance", "user:eve"], notify: ["group:board"] }];
  const stages = [
    stageWith({ approvers: ["user:ada", "group:finance"], escalate }),
    stageWith({ approvers: ["role:x"] }),
  ];
  expect(approverSearchOf(termsWith({ stages }))).toEqual(["group:finance", "role:lead", "role:x"]);
  expect(approverSearchOf(termsWith({ stages: [stageWith({ approvers: ["user:ada"] })] }))).toEqual([]);
});

test("approverSearchOf() names nobody where a condition may fit anybody, an escalation's included", () => {
  const escalate = [{ afterMs: 1, to: ["when:approver.kind == 'user'"], notify: [] }];
  expect(approverSearchOf(termsWith({ stages: [stageWith({ escalate })] }))).toBeUndefined();
});

test("limitElectorate() looks at a thousand people, and says whether there are more", () => {
  const found = Array.from({ length: SEARCHED_APPROVERS }, (_, index) => ({
    subject: `p${index}`,
    roles: [],
    groups: [],
  }));
  expect(limitElectorate(found.slice(1))).toEqual({ people: found.slice(1), isComplete: true });
  expect(limitElectorate(found)).toEqual({ people: found.slice(0, -1), isComplete: false });
});
