import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { EvaluateRequest } from "../../src/contract/policy.ts";
import { CountersignError } from "../../src/core/countersign-error.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { createPolicySource } from "../../src/gateway/policy-source.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { manifestOf } from "../support/manifests.ts";
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

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  gateway = createIdentityGateway(createPorts({ ...store }));
  operator = await gateway.authenticate(ADMIN_KEY);
});

function documentWith(effect: string): string {
  return `version: 1\nrules:\n  - name: all of it\n    match: { action: "**" }\n    effect: ${effect}\n`;
}

const ALLOW = documentWith("allow");
const DENY = documentWith("deny");

async function effectInForce(tenant: string): Promise<string | undefined> {
  const found = await createPolicySource(store).inForce(tenant);
  return found?.policy.evaluate({ action: "a", input: {} }).effect;
}

test("putPolicy() publishes a document whose version names its number and digest", async () => {
  const published = await gateway.putPolicy(operator, ALLOW);
  expect(published.version).toBe(`1-${published.digest.slice(0, 12)}`);
  expect(published).toMatchObject({ source: "api", document: ALLOW, publishedBy: "admin" });
  expect(await gateway.getPolicy(operator)).toEqual(published);
});

test("putPolicy() of the document in force changes nothing", async () => {
  const published = await gateway.putPolicy(operator, ALLOW);
  expect(await gateway.putPolicy(operator, ALLOW)).toEqual(published);
  expect((await gateway.listPolicyVersions(operator, { limit: 50 })).items).toHaveLength(1);
});

test("putPolicy() at once from many callers numbers the versions without a gap", async () => {
  await Promise.all([1, 2, 3, 4, 5].map((n) => gateway.putPolicy(operator, `${ALLOW}# ${n}\n`)));
  const { items } = await gateway.listPolicyVersions(operator, { limit: 50 });
  expect(items.map((policy) => policy.version.split("-")[0])).toEqual(["5", "4", "3", "2", "1"]);
});

test("putPolicy() refuses a document with faults, tells line and column, and keeps the last good one", async () => {
  await gateway.putPolicy(operator, ALLOW);
  const error = await gateway
    .putPolicy(operator, ALLOW.replace("effect: allow", "effect: perhaps"))
    .catch((reason: unknown) => reason);
  if (!(error instanceof CountersignError)) throw error;
  expect(error.code).toBe("invalid_policy");
  expect(error.details["errors"]).toMatchObject([{ line: 5, column: expect.any(Number) }]);
  expect(await effectInForce("default")).toBe("allow");
});

test.each([
  "",
  "- a\n- b",
  "rules: {",
  "version: 1\nrules: []\n# \u0000",
  "version: 1\nrules: []\n# \ud800",
  "[".repeat(100_000),
])("putPolicy() refuses what is no document (%#)", async (document) => {
  expect(await codeOf(gateway.putPolicy(operator, document))).toBe("invalid_policy");
});

test("putPolicy() refuses a document that names files, and says where", async () => {
  const put = gateway.putPolicy(operator, "version: 1\nextends: [./base.yaml]\n");
  const errors = [{ message: "Other files can't be read here", line: 2, column: 11 }];
  await expect(put).rejects.toMatchObject({ code: "invalid_policy", details: { errors } });
});

test("putPolicy() keeps a document that extends templates as it stands", async () => {
  const document = "version: 1 # closed\nextends: [strict]\n";
  expect((await gateway.putPolicy(operator, document)).document).toBe(document);
  expect(await effectInForce("default")).toBe("deny");
});

test("putPolicy() takes limits, of the document and of rules", async () => {
  const rule = "{ name: a, effect: allow, limits: { rate: { limit: 5, per: 1h, scope: actor } } }";
  const document = `version: 1\nlimits: { attempts: { per_run: 3 } }\nrules: [${rule}]\n`;
  expect((await gateway.putPolicy(operator, document)).document).toBe(document);
});

test("putPolicy() takes JSON", async () => {
  const json = JSON.stringify(
    { version: 1, rules: [{ name: "a", match: { action: "a" }, effect: "allow" }] },
    null,
    "\t",
  );
  await gateway.putPolicy(operator, json);
  expect(await effectInForce("default")).toBe("allow");
});

test("putPolicy() is audited and needs the permission policy", async () => {
  const { version, digest } = await gateway.putPolicy(operator, ALLOW);
  const [event] = (await store.audit.list("default", { type: "policy.published" }, { limit: 50 })).items;
  expect(event).toMatchObject({ principal: "admin", data: { version, digest, source: "api" } });
  const auditor = await createCaller(gateway, { subject: "eve", permissions: ["audit"] });
  expect(await codeOf(gateway.putPolicy(auditor, DENY))).toBe("forbidden");
  expect((await gateway.getPolicy(auditor)).version).toBe(version);
});

test("inForce() gives a tenant its own policy or else the default tenant's, and never a stale one", async () => {
  const acme = await createCaller(gateway, { subject: "boss", tenant: "acme", permissions: ["policy"] });
  expect(await createPolicySource(store).inForce("acme")).toBeUndefined();
  const source = createPolicySource(store);
  await gateway.putPolicy(operator, ALLOW);
  expect((await source.inForce("acme"))?.policy.evaluate({ action: "a", input: {} }).effect).toBe("allow");
  await gateway.putPolicy(acme, DENY);
  expect((await source.inForce("acme"))?.policy.evaluate({ action: "a", input: {} }).effect).toBe("deny");
  expect((await source.inForce("default"))?.policy.evaluate({ action: "a", input: {} }).effect).toBe("allow");
});

test("inForce() compiles a document once", async () => {
  await gateway.putPolicy(operator, ALLOW);
  const source = createPolicySource(store);
  expect((await source.inForce("default"))?.policy).toBe((await source.inForce("other"))?.policy);
});

test("getPolicy() tells another tenant what is in force, not who published it; its versions are its own", async () => {
  const acme = await createCaller(gateway, { subject: "boss", tenant: "acme", permissions: ["policy"] });
  expect(await codeOf(gateway.getPolicy(acme))).toBe("not_found");
  await gateway.putPolicy(operator, ALLOW);
  expect((await gateway.getPolicy(acme)).publishedBy).toBeUndefined();
  expect((await gateway.listPolicyVersions(acme, { limit: 50 })).items).toEqual([]);
});

test("listPolicyVersions() pages newest first and refuses a cursor of another list", async () => {
  for (const document of [ALLOW, DENY, ALLOW]) await gateway.putPolicy(operator, document);
  const first = await gateway.listPolicyVersions(operator, { limit: 2 });
  const second = await gateway.listPolicyVersions(operator, { limit: 2, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map((policy) => policy.document)).toEqual([ALLOW, DENY, ALLOW]);
  const foreign = Buffer.from("5 ivn_x").toString("base64url");
  expect(await codeOf(gateway.listPolicyVersions(operator, { limit: 2, cursor: foreign }))).toBe("invalid_query");
});

test("publishFileDocument() publishes only when the file itself changed since it was last published", async () => {
  expect((await publishFileDocument(store, ALLOW)).isNew).toBe(true);
  await gateway.putPolicy(operator, DENY);
  expect((await publishFileDocument(store, ALLOW)).isNew).toBe(false);
  expect(await effectInForce("default")).toBe("deny");
  expect((await publishFileDocument(store, `${ALLOW}# changed\n`)).isNew).toBe(true);
  expect(await effectInForce("default")).toBe("allow");
});

test("publishFileDocument() remembers a file that says what the API had published already", async () => {
  await publishFileDocument(store, ALLOW);
  await gateway.putPolicy(operator, DENY);
  await publishFileDocument(store, DENY);
  await gateway.putPolicy(operator, ALLOW);
  expect((await publishFileDocument(store, DENY)).isNew).toBe(false);
  expect(await effectInForce("default")).toBe("allow");
});

test("evaluatePolicy() answers from the policy in force, or by the default where nothing was published", async () => {
  expect(await gateway.evaluatePolicy(operator, { action: "a", input: {} })).toMatchObject({
    effect: "deny",
    defaulted: true,
  });
  await gateway.putPolicy(operator, ALLOW);
  const verdict = await gateway.evaluatePolicy(operator, { action: "a", input: {}, explain: true });
  expect(verdict).toMatchObject({ effect: "allow", rule: "all of it", defaulted: false });
  expect(verdict.explain).toHaveLength(1);
});

test("evaluatePolicy() takes a document as text or data, and a default for where no rule decides", async () => {
  const policy = { version: 1, rules: [{ name: "b", match: { action: "b" }, effect: "deny" }] };
  const ask = { input: null, policy, defaultEffect: "allow" as const };
  expect((await gateway.evaluatePolicy(operator, { ...ask, action: "a" })).effect).toBe("allow");
  expect((await gateway.evaluatePolicy(operator, { ...ask, action: "b" })).effect).toBe("deny");
  expect((await gateway.evaluatePolicy(operator, { ...ask, action: "b", policy: ALLOW })).effect).toBe("allow");
  expect(
    (await gateway.evaluatePolicy(operator, { action: "a", input: 1, defaultEffect: "require_approval" })).effect,
  ).toBe("require_approval");
});

test("evaluatePolicy() takes shipped templates by name, each a document of its own", async () => {
  const ask = { action: "coffee.brew", input: {}, defaultEffect: "allow" as const };
  const evaluate = (templates: unknown, rest = {}) =>
    gateway.evaluatePolicy(operator, { ...ask, ...rest, policy: { templates } });
  expect((await evaluate(["safe_coding", "safe_browsing", "safe_coding"])).effect).toBe("allow");
  expect((await evaluate(["safe_coding"], { defaultEffect: undefined })).effect).toBe("deny");
  expect((await evaluate(["safe_coding"], { defaultEffect: "require_approval" })).effect).toBe("require_approval");
  expect((await evaluate(["safe_coding", "strict"])).effect).toBe("deny");
  expect((await evaluate(["strict"], { explain: true })).explain).toBeDefined();
});

test("evaluatePolicy() refuses documents with faults and unknown templates", async () => {
  const refused: readonly EvaluateRequest["policy"][] = [
    "rules: {",
    {},
    { templates: [] },
    { templates: "safe_coding" },
    { templates: [7] },
    { templates: ["safe_coding"], rules: [] },
    { version: 1, extends: ["./base.yaml"] },
  ];
  for (const policy of refused)
    expect(await codeOf(gateway.evaluatePolicy(operator, { action: "a", input: {}, policy }))).toBe("invalid_policy");
  const misspelt = gateway.evaluatePolicy(operator, { action: "a", input: {}, policy: { templates: ["safe_codign"] } });
  await expect(misspelt).rejects.toMatchObject({
    code: "invalid_policy",
    details: { errors: [{ hint: 'did you mean "safe_coding"?' }] },
  });
});

test("evaluatePolicy() lets a document's own default stand before the one that is given, also an extended one's", async () => {
  const evaluate = (policy: EvaluateRequest["policy"]) =>
    gateway.evaluatePolicy(operator, { action: "coffee.brew", input: {}, policy, defaultEffect: "allow" });
  expect((await evaluate({ version: 1, rules: [] })).effect).toBe("allow");
  expect((await evaluate("version: 1\ndefault: require_approval\n")).effect).toBe("require_approval");
  expect((await evaluate({ version: 1, extends: ["strict"] })).effect).toBe("deny");
  expect((await evaluate("policies: [{ match: { tool: other } }]")).effect).toBe("allow");
});

test("evaluatePolicy() tells of limits, and of shadow rules that never decide", async () => {
  const rules = [
    { name: "shadow", effect: "deny", enforce: false },
    { name: "counted", effect: "allow", limits: { attempts: { per_run: 3 } } },
  ];
  const verdict = await gateway.evaluatePolicy(operator, { action: "a", input: {}, policy: { version: 1, rules } });
  expect(verdict).toMatchObject({
    effect: "allow",
    shadow: [{ rule: "shadow", effect: "deny" }],
    obligations: { limits: { attempts: { perRun: 3 } } },
  });
});

test.each([["s-1"], [{ id: "s-1", scope: "x" }]])(
  "evaluatePolicy() shows rules the session %j as the run",
  async (session) => {
    const policy = { version: 1, rules: [{ name: "mine", effect: "allow", match: { run: "s-1" } }] };
    expect((await gateway.evaluatePolicy(operator, { action: "a", input: {}, policy, session })).effect).toBe("allow");
    for (const other of [undefined, "s-2", 7, null, { id: 1 }])
      expect((await gateway.evaluatePolicy(operator, { action: "a", input: {}, policy, session: other })).effect).toBe(
        "deny",
      );
  },
);

test("evaluatePolicy() uses a published action's manifest and the actor that is described", async () => {
  await store.manifests.publish([manifestOf({ name: "pay.out", requiredScopes: ["finance"] })]);
  const ask = { action: "pay.out", input: {}, policy: ALLOW };
  expect((await gateway.evaluatePolicy(operator, ask)).effect).toBe("deny");
  expect((await gateway.evaluatePolicy(operator, { ...ask, actor: { scopes: ["finance"] } })).effect).toBe("allow");
});

test("evaluatePolicy() takes any text as action and input", async () => {
  const odd = "\u0000\ud800 __proto__";
  expect(
    (await gateway.evaluatePolicy(operator, { action: odd, input: { [odd]: odd }, policy: ALLOW })).effect,
  ).toBeDefined();
});

test("evaluatePolicy() needs policy or audit", async () => {
  const ada = await createCaller(gateway, { subject: "ada", permissions: ["invoke", "read", "approve", "act_as"] });
  const auditor = await createCaller(gateway, { subject: "eve", permissions: ["audit"] });
  expect(await codeOf(gateway.evaluatePolicy(ada, { action: "a", input: {} }))).toBe("forbidden");
  expect((await gateway.evaluatePolicy(auditor, { action: "a", input: {} })).effect).toBe("deny");
});
