import fc from "fast-check";
import type { ApprovalStage, ApprovalTerms, Escalation } from "../../../src/contract/approval-terms.ts";
import { findShortage } from "../../../src/core/approval/shortage.ts";
import { PEOPLE } from "./events.ts";
import type { Script, Step } from "./world.ts";

const NAMES = ["group:finance", "group:legal", "role:lead", "user:ada", "user:ben", "user:cleo"];
const SUBJECTS = ["ada", "ben", "cleo", "dora", "eve", "agent"];
const subject = fc.constantFrom(...SUBJECTS);
const names = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 });
const decision = fc.oneof(
  { weight: 8, arbitrary: fc.constant("approve" as const) },
  { weight: 1, arbitrary: fc.constant("reject" as const) },
);

const anyEscalation: fc.Arbitrary<Escalation> = fc.record({
  afterMs: fc.constantFrom(1, 1_000, 2_500, 30_000),
  to: names,
  notify: fc.constant([]),
});

const anyStage: fc.Arbitrary<ApprovalStage> = fc.record({
  approvers: fc.oneof(
    names,
    fc.constant<string[]>(["group:finance", "group:legal"]),
    fc.constant<string[]>(["user:ada", "user:ben", "user:cleo"]),
  ),
  approve: fc.constantFrom(1, 1, 2, 2, 3),
  deny: fc.constantFrom(1, 2, 2, 3),
  remindEveryMs: fc.constantFrom(700, 3_000, 40_000),
  decideByMs: fc.constantFrom(12_000, 20_000, 90_000),
  escalate: fc.array(anyEscalation, { maxLength: 2 }),
});

/** Terms that the people of these tests can meet, as they are when the approval is opened. */
const anyTerms: fc.Arbitrary<ApprovalTerms> = fc
  .record({
    stages: fc.array(anyStage, { minLength: 1, maxLength: 3 }),
    decideByMs: fc.constant(30_000),
    executeByMs: fc.constantFrom(1, 1_000),
    exclude: fc.constantFrom<ApprovalTerms["exclude"]>(["requester"], ["requester", "previous_stage"]),
    requireReason: fc.constantFrom(false, "on_reject" as const),
    edit: fc.constant<ApprovalTerms["edit"] & {}>({ allow: ["/a"] }),
    onDrift: fc.constant("ask_again" as const),
  })
  .filter((terms) => {
    const people = SUBJECTS.map((name) => ({
      subject: name,
      roles: ofKind(name, "role:"),
      groups: ofKind(name, "group:"),
    }));
    const request = { action: "a", actor: "agent", input: {} };
    return findShortage(terms, { people, isComplete: true, requesters: ["agent"], request }) === undefined;
  });

function ofKind(name: string, prefix: string): string[] {
  return (PEOPLE[name] ?? []).filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length));
}

function mostly<Value>(usual: Value, ...seldom: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...seldom) });
}

const wait: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("wait" as const),
  ms: fc.constantFrom(0, 1, 10, 100, 700, 1_500, 9_000),
});
const vote: fc.Arbitrary<Step> = fc.record({ kind: fc.constant("vote" as const), voter: subject, decision });
const edit: fc.Arbitrary<Step> = vote.map((step) => ({ ...step, edits: ["/a"] }));
const role: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("role" as const),
  ...{ subject: fc.constantFrom("ada", "ben", "cleo", "dora"), name: fc.constantFrom("group:finance", "group:legal") },
  has: fc.constantFrom(true, false, false),
});
const row: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("row" as const),
  ageMs: fc.constantFrom(0, 1, 2_000),
  vote: fc.record({
    voter: subject,
    decision,
    reason: fc.constantFrom(undefined, " ", "why"),
    round: mostly(1, 2),
    digest: mostly("d1", "d2"),
    stage: fc.constantFrom(0, 0, 1, 2, 9),
    authentic: fc.constantFrom(true, true, false),
    edits: mostly<readonly string[]>([], ["/b"]),
    fault: mostly(undefined, "invalid_input" as const),
  }),
});
const look: fc.Arbitrary<Step> = fc.constant({ kind: "look" });
const cancel: fc.Arbitrary<Step> = fc.constant({ kind: "cancel" });

function scriptOf(...steps: readonly { weight: number; arbitrary: fc.Arbitrary<Step> }[]): fc.Arbitrary<Script> {
  return fc.record({ terms: anyTerms, steps: fc.array(fc.oneof(...steps), { maxLength: 60, size: "max" }) });
}

const SILENT = [
  { weight: 12, arbitrary: wait },
  { weight: 24, arbitrary: look },
  { weight: 12, arbitrary: role },
];

/** Anything at all: votes at the door and past it, edits, role changes, cancels, looks at any time. */
export const anyScript: fc.Arbitrary<Script> = scriptOf(
  ...SILENT,
  { weight: 72, arbitrary: vote },
  { weight: 4, arbitrary: row },
  { weight: 1, arbitrary: edit },
  { weight: 1, arbitrary: cancel },
);

/** Nobody says anything, though time passes and people come and go. */
export const silentScript: fc.Arbitrary<Script> = scriptOf(...SILENT);
