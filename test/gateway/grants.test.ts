import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import type { Permission } from "../../src/contract/principal.ts";
import { createRedactor } from "../../src/core/redaction/redactor.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import { createGrantMethods } from "../../src/gateway/grants.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import { manifestOf } from "../support/manifests.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { issueGrant } from "../support/recorded-grants.ts";
import { codeOf, createCaller, createIdentityGateway, createPorts, type IdentityGateway } from "./identity-gateway.ts";

const PAGE = { limit: 50 };
const NO_GRANT = "grt_00000000000000000000000000";

let store: TestStore;
let ports: GatewayPorts;
let identity: IdentityGateway;
let grants: Pick<Gateway, "listGrants" | "getGrant" | "revokeGrant">;
let policyVersion: string;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  ports = { ...createPorts({ ...store }), redact: createRedactor().redact };
  identity = createIdentityGateway(ports);
  grants = createGrantMethods(ports);
  await store.manifests.publish([manifestOf({ secretFields: ["/pin"] })]);
  policyVersion = await publishPolicy();
});

async function publishPolicy(rules = ""): Promise<string> {
  const author = await callerOf("author", ["admin"]);
  await identity.putPolicy(author, `version: 1\ndefault: allow\nrules: [${rules}]`);
  return (await ports.policies.inForce("default"))?.version ?? "";
}

function callerOf(subject: string, permissions: Permission[], tenant = "default"): Promise<Caller> {
  return createCaller(identity, { subject, permissions, tenant });
}

const issuer = () => callerOf("eve", ["approve"]);
const actor = () => callerOf("ada", ["invoke", "read"]);

async function revocations() {
  return (await store.audit.list("default", { type: "grant.revoked" }, PAGE)).items;
}

describe("getGrant()", () => {
  it("shows its issuer everything about a grant, the input as it was redacted", async () => {
    const id = await issueGrant(store, { policy_version: policyVersion, used: 1, scope: "run", run: "nightly" });
    const view = await grants.getGrant(await issuer(), id);
    expect(view).toEqual({
      ...{ id, tenant: "default", status: "active", action: "test.echo", actionVersion: "v1", policyVersion },
      ...{ actor: "ada", scope: "run", run: "nightly", issuedBy: "eve", input: {}, uses: 3, used: 1 },
      ...{ bounds: { "/amountCents": { lte: 100 } }, invocation: expect.stringMatching(/^ivn_/) },
      ...{ issuedAt: expect.stringMatching(/Z$/), expiresAt: expect.stringMatching(/Z$/) },
    });
    expect(Date.parse(view.expiresAt) - Date.parse(view.issuedAt)).toBe(3_600_000);
  });

  it("redacts what a bound compares a secret with", async () => {
    const bounds = { "/pin": { eq: 1234 }, "/apiKey": { in: ["k-1"] }, "/note": { eq: "ok", glob: "o*" } };
    const id = await issueGrant(store, { bounds });
    expect((await grants.getGrant(await issuer(), id)).bounds).toEqual({
      "/pin": { eq: "[redacted]" },
      "/apiKey": { in: "[redacted]" },
      "/note": { eq: "ok", glob: "o*" },
    });
  });

  test.each([
    [{}, "active"],
    [{ used: 3 }, "used_up"],
    [{ expires_at: 1 }, "expired"],
    [{ action_version: "v0" }, "void"],
    [{ action: "test.retired" }, "void"],
    [{ policy_version: "0-abc" }, "void"],
  ])("tells of a grant with %j that it is %s", async (change, status) => {
    const id = await issueGrant(store, { policy_version: policyVersion, ...change });
    expect((await grants.getGrant(await issuer(), id)).status).toBe(status);
  });

  it("tells that a grant is void once another policy is in force, or none", async () => {
    const id = await issueGrant(store, { policy_version: policyVersion });
    await publishPolicy("{ name: no, match: { action: test.echo }, effect: deny }");
    expect((await grants.getGrant(await issuer(), id)).status).toBe("void");
    await store.db.query("truncate policy_version");
    expect((await grants.getGrant(await issuer(), id)).status).toBe("void");
  });
});

describe("listGrants()", () => {
  it("keeps to what the caller issued or may use, unless the caller may audit", async () => {
    const mine = await issueGrant(store, { issued_at: 2_000 });
    const others = await issueGrant(store, { issuer: "mia", actor: "bob", issued_at: 1_000 });
    const idsOf = async (caller: Caller) => (await grants.listGrants(caller, {}, PAGE)).items.map(({ id }) => id);
    expect(await idsOf(await issuer())).toEqual([mine]);
    expect(await idsOf(await actor())).toEqual([mine]);
    expect(await idsOf(await callerOf("nobody", ["read", "approve"]))).toEqual([]);
    expect(await idsOf(await callerOf("auditor", ["audit"]))).toEqual([mine, others]);
    expect(await idsOf(await callerOf("stranger", ["admin"], "acme"))).toEqual([]);
  });

  it("filters by action, actor and issuer, and pages", async () => {
    const auditor = await callerOf("auditor", ["audit"]);
    const first = await issueGrant(store, { issuer: "mia", action: "test.other", issued_at: 3_000 });
    const second = await issueGrant(store, { actor: "bob", issued_at: 2_000 });
    const third = await issueGrant(store, { issued_at: 1_000 });
    const idsOf = async (filter: object) => (await grants.listGrants(auditor, filter, PAGE)).items.map(({ id }) => id);
    expect(await idsOf({ action: "test.other" })).toEqual([first]);
    expect(await idsOf({ actor: "bob" })).toEqual([second]);
    expect(await idsOf({ issuedBy: "eve" })).toEqual([second, third]);
    const page = await grants.listGrants(auditor, {}, { limit: 2 });
    const next = await grants.listGrants(auditor, {}, { limit: 2, cursor: page.nextCursor });
    expect([...page.items, ...next.items].map(({ id }) => id)).toEqual([first, second, third]);
    expect(next.nextCursor).toBeUndefined();
  });

  it("needs read or approve", async () => {
    const caller = await callerOf("ada", ["invoke", "policy"]);
    expect(await codeOf(grants.listGrants(caller, {}, PAGE))).toBe("forbidden");
    expect(await codeOf(grants.getGrant(caller, await issueGrant(store)))).toBe("forbidden");
  });
});

describe("revokeGrant()", () => {
  it("takes a grant back for its issuer, once and for all, with one event on record", async () => {
    const id = await issueGrant(store, { policy_version: policyVersion, used: 1 });
    const eve = await issuer();
    const revoked = await grants.revokeGrant(eve, id);
    expect(revoked).toMatchObject({ id, status: "revoked", used: 1, revokedBy: "eve", revokedAt: expect.any(String) });
    expect(await grants.revokeGrant(await callerOf("ops", ["admin"]), id)).toEqual(revoked);
    expect(await grants.getGrant(eve, id)).toEqual(revoked);
    expect(await revocations()).toMatchObject([
      {
        ...{ principal: "eve", actor: "ada", action: "test.echo", invocation: revoked.invocation },
        data: { grant: id, issuedBy: "eve", uses: 3, used: 1 },
      },
    ]);
  });

  it("leaves nothing that a call could use", async () => {
    const id = await issueGrant(store);
    const use = { action: "test.echo", actor: "ada", run: null, actionVersion: "v1", policyVersion: "p1" };
    const left = async () => (await store.transaction((tx) => tx.grants.lockUsable("default", use, 10))).length;
    expect(await left()).toBe(1);
    await grants.revokeGrant(await issuer(), id);
    expect(await left()).toBe(0);
  });

  it("takes back a void one, which could come into force again", async () => {
    const id = await issueGrant(store, { policy_version: "0-abc" });
    expect((await grants.revokeGrant(await issuer(), id)).status).toBe("revoked");
  });

  test.each([
    [{ used: 3 }, "used_up"],
    [{ expires_at: 1 }, "expired"],
  ])("refuses with already_final a grant with %j", async (change, status) => {
    const id = await issueGrant(store, change);
    await expect(grants.revokeGrant(await issuer(), id)).rejects.toMatchObject({
      ...{ code: "already_final", details: { status } },
    });
    expect(await revocations()).toEqual([]);
  });

  it("needs approve, and admin for somebody else's", async () => {
    const id = await issueGrant(store, { policy_version: policyVersion });
    expect(await codeOf(grants.revokeGrant(await actor(), id))).toBe("forbidden");
    const auditor = await callerOf("auditor", ["audit", "approve"]);
    expect(await codeOf(grants.revokeGrant(auditor, id))).toBe("forbidden");
    expect((await grants.getGrant(auditor, id)).status).toBe("active");
    expect((await grants.revokeGrant(await callerOf("ops", ["admin"]), id)).revokedBy).toBe("ops");
  });

  it("answers for what the caller may not see as for what doesn't exist", async () => {
    const id = await issueGrant(store);
    const strangers = [await callerOf("eve", ["admin"], "acme"), await callerOf("nobody", ["read", "approve"])];
    for (const stranger of strangers) {
      for (const each of [id, NO_GRANT, "nonsense"]) {
        expect(await codeOf(grants.getGrant(stranger, each))).toBe("not_found");
        expect(await codeOf(grants.revokeGrant(stranger, each))).toBe("not_found");
      }
    }
    expect((await grants.getGrant(await issuer(), id)).revokedAt).toBeUndefined();
  });
});
