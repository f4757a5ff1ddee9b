import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { createPolicySource } from "../../src/gateway/policy-source.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import {
  ADMIN_KEY,
  codeOf,
  createCaller,
  createIdentityGateway,
  createPorts,
  type IdentityGateway,
} from "./identity-gateway.ts";

let store: TestStore;
let gateway: IdentityGateway;
let operator: Caller;
let acme: Caller;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  gateway = createIdentityGateway(createPorts({ ...store }));
  operator = await gateway.authenticate(ADMIN_KEY);
  acme = await createCaller(gateway, { subject: "boss", tenant: "acme", permissions: ["admin"] });
});

function documentWith(rules: string, rest = "default: allow"): string {
  return `version: 1\n${rest}\nrules: [${rules}]\n`;
}

const ALLOW = documentWith("{ name: all, effect: allow }");
const NO_WIPING = documentWith("{ name: no wiping, effect: deny, match: { action: wipe } }");

async function judge(tenant: string, action: string): Promise<string> {
  const found = await createPolicySource(store).inForce(tenant);
  if (found === undefined) return "none";
  return `${found.policy.evaluate({ action, input: {} }).effect} by ${found.version}`;
}

test("putPolicy() for the organisation holds for every tenant besides its own, and the strictest wins", async () => {
  const own = await gateway.putPolicy(acme, ALLOW);
  const standard = await gateway.putPolicy(operator, ALLOW);
  const wide = await gateway.putPolicy(operator, NO_WIPING, "organisation");
  expect(wide).toMatchObject({ version: `organisation-1-${wide.digest.slice(0, 12)}`, publishedBy: "admin" });
  expect(await judge("acme", "wipe")).toBe(`deny by ${own.version}+${wide.version}`);
  expect(await judge("acme", "read")).toBe(`allow by ${own.version}+${wide.version}`);
  expect(await judge("other", "wipe")).toBe(`deny by ${standard.version}+${wide.version}`);
  expect(await judge("default", "wipe")).toMatch(/^deny/);
});

test("putPolicy() for the organisation leaves a tenant's own rule the name of the verdict where its default agrees", async () => {
  await gateway.putPolicy(acme, ALLOW);
  await gateway.putPolicy(operator, NO_WIPING, "organisation");
  expect(await gateway.evaluatePolicy(acme, { action: "read", input: {} })).toMatchObject({
    effect: "allow",
    rule: "all",
    defaulted: false,
  });
});

test("putPolicy() for the organisation allows nothing by itself", async () => {
  await gateway.putPolicy(operator, ALLOW, "organisation");
  expect(await judge("acme", "read")).toBe("none");
  expect((await gateway.evaluatePolicy(acme, { action: "read", input: {} })).effect).toBe("deny");
});

test("putPolicy() for the organisation has its approvers asked first where a tenant names others", async () => {
  const asking = (approver: string) =>
    documentWith(`{ name: ask ${approver}, effect: require_approval, approval: { approvers: ["${approver}"] } }`);
  await gateway.putPolicy(acme, asking("user:own"));
  await gateway.putPolicy(operator, asking("user:wide"), "organisation");
  const verdict = await gateway.evaluatePolicy(acme, { action: "pay", input: {} });
  const stages = verdict.obligations.approval?.stages.map(({ approvers }) => approvers);
  expect(stages).toEqual([["user:wide"], ["user:own"]]);
  expect(verdict.obligations.approval).not.toHaveProperty("approvers");
});

test("putPolicy() for the organisation needs the permission operator", async () => {
  expect(await codeOf(gateway.putPolicy(acme, NO_WIPING, "organisation"))).toBe("forbidden");
  const narrow = await createCaller(gateway, { subject: "op", permissions: ["operator"] });
  await gateway.putPolicy(narrow, NO_WIPING, "organisation");
  expect(await codeOf(gateway.putPolicy(narrow, NO_WIPING))).toBe("forbidden");
});

test("putPolicy() for the organisation is refused with faults, and changes nothing when it is in force already", async () => {
  expect(await codeOf(gateway.putPolicy(operator, "version: 2", "organisation"))).toBe("invalid_policy");
  const published = await gateway.putPolicy(operator, NO_WIPING, "organisation");
  expect(await gateway.putPolicy(operator, NO_WIPING, "organisation")).toEqual(published);
  await gateway.putPolicy(operator, NO_WIPING);
  expect((await gateway.listPolicyVersions(operator, { limit: 9 }, "organisation")).items).toEqual([published]);
});

test("putPolicy() for the organisation is told in the publisher's tenant's record", async () => {
  const { version, digest } = await gateway.putPolicy(operator, NO_WIPING, "organisation");
  const { items } = await store.audit.list("default", { type: "policy.published" }, { limit: 9 });
  expect(items).toMatchObject([
    { principal: "admin", data: { version, digest, source: "api", layer: "organisation" } },
  ]);
  expect((await store.audit.list("*", {}, { limit: 9 })).items).toEqual([]);
});

test("getPolicy() tells every tenant what the organisation holds, and only operators who published it", async () => {
  expect(await codeOf(gateway.getPolicy(acme, "organisation"))).toBe("not_found");
  const { publishedBy, ...published } = await gateway.putPolicy(operator, NO_WIPING, "organisation");
  expect(publishedBy).toBe("admin");
  expect(await gateway.getPolicy(acme, "organisation")).toEqual(published);
  expect((await gateway.listPolicyVersions(acme, { limit: 9 }, "organisation")).items).toEqual([published]);
  expect(await codeOf(gateway.getPolicy(acme))).toBe("not_found");
  expect((await gateway.listPolicyVersions(acme, { limit: 9 })).items).toEqual([]);
  const ada = await createCaller(gateway, { subject: "ada", permissions: ["invoke", "read"] });
  expect(await codeOf(gateway.getPolicy(ada, "organisation"))).toBe("forbidden");
});

test("inForce() follows both layers, and compiles what it knows once", async () => {
  const source = createPolicySource(store);
  await gateway.putPolicy(acme, ALLOW);
  const alone = await source.inForce("acme");
  await gateway.putPolicy(operator, NO_WIPING, "organisation");
  const both = await source.inForce("acme");
  expect(both?.policy).not.toBe(alone?.policy);
  expect((await source.inForce("acme"))?.policy).toBe(both?.policy);
  await gateway.putPolicy(operator, ALLOW, "organisation");
  expect((await source.inForce("acme"))?.policy.evaluate({ action: "wipe", input: {} }).effect).toBe("allow");
});

test("inForce() uses a given default only where a document names none", async () => {
  const source = createPolicySource(store);
  await gateway.putPolicy(acme, documentWith("", "sets: {}"));
  const effectOf = async (effect?: "allow" | "require_approval") =>
    (await source.inForce("acme", effect))?.policy.evaluate({ action: "read", input: {} }).effect;
  expect(await effectOf()).toBe("deny");
  expect(await effectOf("allow")).toBe("allow");
  await gateway.putPolicy(operator, documentWith("", "default: require_approval"), "organisation");
  expect(await effectOf("allow")).toBe("require_approval");
  expect(await effectOf()).toBe("deny");
});
