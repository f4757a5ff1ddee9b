import { parsePolicy } from "countersign/policy";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDirectory } from "../../src/gateway/directory.ts";
import { warnOfUnheldNames } from "../../src/gateway/unheld-names.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import {
  ADMIN_KEY,
  createCaller,
  createIdentityGateway,
  createPorts,
  type IdentityGateway,
} from "./identity-gateway.ts";

let store: TestStore;
let gateway: IdentityGateway;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  gateway = createIdentityGateway(createPorts({ ...store }));
});

function documentOf(...approvals: (object | undefined)[]): string {
  const rules = approvals.map((approval, index) => ({ name: `r${index}`, effect: "require_approval", approval }));
  return JSON.stringify({ version: 1, rules });
}

function warn(document: string): Promise<readonly string[]> {
  return warnOfUnheldNames(createDirectory(store), "default", parsePolicy(document));
}

test("warnOfUnheldNames() names each role and group that nobody of the tenant has, and what names it", async () => {
  await createCaller(gateway, { subject: "ada", roles: ["lead"] });
  await createCaller(gateway, { subject: "eve", roles: ["approver"], tenant: "other" });
  const escalate = { after: "1h", to: "role:deputy", notify: ["group:board", "user:cfo"] };
  const staged = {
    stages: [{ approvers: ["role:lead", "user:nobody", { when: "true" }] }, { approvers: "group:x", escalate }],
  };
  expect(await warn(documentOf(staged, undefined, { approvers: "group:x" }))).toEqual([
    'Nobody has the group x, which is named by the rule "r0", and 1 more',
    'Nobody has the role deputy, which is named by the rule "r0"',
    'Nobody has the group board, which is named by the rule "r0"',
    'Nobody has the role approver, which is named by the rule "r1"',
  ]);
});

test("warnOfUnheldNames() looks at the default, and at terms of rules that only may ask", async () => {
  await createCaller(gateway, { subject: "ada" });
  const approval = { approvers: "group:x" };
  const rules = [
    { name: "may", effect: "allow", approval },
    { name: "no", effect: "deny" },
  ];
  expect(await warn(JSON.stringify({ version: 1, default: "require_approval", rules }))).toEqual([
    'Nobody has the group x, which is named by the rule "may"',
    "Nobody has the role approver, which is named by the default",
  ]);
});

test("warnOfUnheldNames() has nothing to say of a tenant without people, or of a document that asks nobody", async () => {
  expect(await warn(documentOf(undefined))).toEqual([]);
  await createCaller(gateway, { subject: "ada" });
  expect(await warn(documentOf({ approvers: "user:nobody" }))).toEqual([]);
});

test("warnOfUnheldNames() is as right where more people have one name than are looked at", async () => {
  await store.db.query(
    `insert into principal (tenant, subject, kind, roles, groups, scopes)
     select 'default', 'p' || n, 'user', array['lead'], '{}', '{}' from generate_series(1, 1000) as n`,
  );
  await createCaller(gateway, { subject: "zoe", roles: ["deputy"] });
  expect(await warn(documentOf({ approvers: ["role:lead", "role:deputy", "role:none"] }))).toEqual([
    'Nobody has the role none, which is named by the rule "r0"',
  ]);
});

test("putPolicy() answers with these warnings for a tenant's own document, and keeps none", async () => {
  const operator = await gateway.authenticate(ADMIN_KEY);
  await createCaller(gateway, { subject: "ada" });
  const warnings = ['Nobody has the role approver, which is named by the rule "r0"'];
  const published = await gateway.putPolicy(operator, documentOf(undefined));
  expect(published.warnings).toEqual(warnings);
  expect(await gateway.putPolicy(operator, documentOf(undefined))).toEqual(published);
  expect(await gateway.getPolicy(operator)).not.toHaveProperty("warnings");
  expect(await gateway.putPolicy(operator, documentOf(undefined), "organisation")).not.toHaveProperty("warnings");
});

test("evaluatePolicy() shows the terms of an only stage beside the stages, too, and of several only there", async () => {
  const operator = await gateway.authenticate(ADMIN_KEY);
  const ask = (approval: object) =>
    gateway.evaluatePolicy(operator, { action: "a", input: {}, policy: documentOf(approval) });
  const stage = { approvers: ["user:a", "role:b"], approve: 2, deny: 2, remindEveryMs: 60_000 };
  const one = await ask({ approvers: ["user:a", "role:b"], approve: 2, deny: 2, remind_every: "1m" });
  expect(one.obligations.approval).toMatchObject({ ...stage, stages: [stage], decideByMs: 86_400_000 });
  expect((await ask({})).obligations.approval).not.toHaveProperty("remindEveryMs");
  const two = await ask({ stages: [{}, {}] });
  expect(two.obligations.approval?.stages).toHaveLength(2);
  expect(two.obligations.approval).not.toHaveProperty("approvers");
  const none = await gateway.evaluatePolicy(operator, {
    action: "a",
    input: {},
    policy: { version: 1, default: "allow" },
  });
  expect(none.obligations).toEqual({});
});
