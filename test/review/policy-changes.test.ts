import { afterAll, beforeAll, expect, test } from "vitest";
import type { GrantTerms } from "../../src/contract/grants.ts";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import {
  approvalOf,
  approveBy,
  ask,
  cast,
  execute,
  look,
  openApprovalDesk,
  rowOf,
} from "../activities/approvals/approval-desk.ts";
import type { Desk } from "../activities/desk.ts";

let desk: Desk;

/** Calls with a password take two people, and lose the password first; others are nobody's business. */
const CARDS = `
version: 1
default: allow
rules:
  - name: secret
    match: { action: pay.two, args: { password: { exists: true } } }
    effect: require_approval
    sanitize: { remove: [/password] }
    approval: { approvers: [group:finance], approve: 2, decide_by: 1h, edit: { allow: [/amountCents] } }
`;

const BUDGET = (extra = "") => `
version: 1
default: allow
limits:
  budget: { name: paid, limit: 100, unit: units, scope: tenant, estimate: /amountCents, on_exceed: require_approval }
rules:
  - { name: any, match: { action: "pay.*" }, effect: allow }
${extra}`;

beforeAll(async () => {
  desk = await openApprovalDesk();
  await desk.caller({ subject: "approver", roles: ["approver"] }).catch(() => undefined);
});
afterAll(() => desk.close());

test("recordVotes() doesn't let one of two approvers run a call by an edit because policy had taken out what it asks about", async () => {
  await publishFileDocument(desk.store, CARDS);
  const { ref, step } = await ask(desk, "two", { amountCents: 500, password: "hunter2" });
  expect(step).toMatchObject({ kind: "wait" });
  await cast(desk, ref, { voter: "ada", round: 2, edit: { "/amountCents": 501 } });
  expect(await look(desk, ref)).toMatchObject({ kind: "wait" });
});

test("executeAction() runs a sanitised call by its two approvals only, also when an unrelated line of the policy has changed", async () => {
  await publishFileDocument(desk.store, CARDS);
  const { ref } = await ask(desk, "two", { amountCents: 500, password: "hunter2" });
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "wait" });
  await publishFileDocument(desk.store, `${CARDS}# another version\n`);
  expect(await approveBy(desk, ref, "fay")).toMatchObject({ kind: "execute" });
  expect(await approvalOf(desk, ref)).toMatchObject({ status: "approved" });
});

test("recordVotes() masks a place no second time that policy had masked and nobody has edited", async () => {
  await publishFileDocument(
    desk.store,
    `
version: 1
default: deny
rules:
  - name: marked
    match: { action: pay.one }
    effect: require_approval
    sanitize: { mask: [/owner] }
    approval: { approvers: [group:finance], decide_by: 1h, edit: { allow: [/amountCents] } }
`,
  );
  const { ref } = await ask(desk, "one", { amountCents: 500, owner: "somebody@example.com" });
  const before = await rowOf(desk, ref);
  await cast(desk, ref, { voter: "ada", round: 2, edit: { "/amountCents": 501 } });
  await look(desk, ref);
  const after = await rowOf(desk, ref);
  const owner = (text: string) => (JSON.parse(text) as { owner: string }).owner;
  expect(owner(after.input_view)).toBe(owner(before.input_view));
});

test("recordVotes() takes an unrelated change of the policy for no drift of a call whose input was masked", async () => {
  const masking = `
version: 1
default: deny
rules:
  - name: marked
    match: { action: pay.one }
    effect: require_approval
    sanitize: { mask: [/owner] }
    approval: { approvers: [group:finance], decide_by: 1h, on_drift: deny }
`;
  await publishFileDocument(desk.store, masking);
  const { ref } = await ask(desk, "one", { amountCents: 500, owner: "somebody@example.com" });
  await publishFileDocument(desk.store, `${masking}# another version\n`);
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "execute" });
});

test("recordVotes() takes an unrelated change of the policy for no drift of a call that its budget brought to people", async () => {
  await publishFileDocument(desk.store, BUDGET());
  const { ref, step } = await ask(desk, "one", { amountCents: 500 });
  expect(step).toMatchObject({ kind: "wait" });
  await publishFileDocument(desk.store, BUDGET("# another version\n"));
  expect(await approveBy(desk, ref, "approver")).toMatchObject({ kind: "execute" });
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "executed" } });
});

test("decideInvocation() takes no grant whose row was moved to a later time by hand", async () => {
  await publishFileDocument(
    desk.store,
    `
version: 1
default: deny
rules:
  - { name: one, match: { action: pay.one }, effect: require_approval, approval: { approvers: [group:finance], decide_by: 1h } }
`,
  );
  const grant: GrantTerms = { uses: 5, expiresInMs: 60_000, scope: "actor", bounds: {} };
  const { ref } = await ask(desk, "one");
  await cast(desk, ref, { voter: "ada", grant });
  await look(desk, ref);
  await desk.store.db.query(
    `update approval_grant set issued_at = issued_at + interval '900 days', expires_at = expires_at + interval '900 days'`,
  );
  expect((await ask(desk, "one")).step).toMatchObject({ kind: "wait" });
});
