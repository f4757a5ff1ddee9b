import { readFileSync, unwatchFile, watchFile, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import type { Client } from "../../src/index.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let admin: Client;
let agent: Client;

beforeAll(async () => {
  server = await startServer();
  admin = server.client(server.adminKey);
  agent = server.client(server.agentKey);
});
afterAll(() => server.close());

const look = { invoiceId: "inv_1" };

function denyAll(reason: string): string {
  return `version: 1\nrules:\n  - name: closed\n    match: { action: "billing.*" }\n    effect: deny\n    reason: ${reason}\n`;
}

function putPolicy(document: string, key = server.adminKey, type = "application/yaml") {
  return server.send("PUT", "/v1/policy", { key, body: document, headers: { "content-type": type } });
}

/** Waits until the policy in force is another than the one given. */
async function nextVersion(before: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const { version } = await admin.policy.get();
      if (version === before) throw new Error("The policy in force is still the same");
      return version;
    },
    { timeout: 10_000, interval: 50 },
  );
}

/** Resolves when the server's own watcher has seen the file's next change: one process has one watcher for a file. */
function nextLook(file: string): Promise<void> {
  return new Promise((resolve) => {
    const seen = (): void => {
      unwatchFile(file, seen);
      resolve();
    };
    watchFile(file, { persistent: false }, seen);
  });
}

describe("PUT /v1/policy", () => {
  it("is in force for the next call, whose verdict names the new version, and leaves earlier verdicts as they are", async () => {
    const before = await admin.policy.get();
    const earlier = await agent.invoke("billing.get_invoice", look);
    const put = await putPolicy(denyAll("Closed today"));
    expect(put).toMatchObject({ status: 200, body: { source: "api", publishedBy: "admin" } });
    const { version } = put.body;
    expect(version).not.toBe(before.version);
    const denied = await agent.invoke("billing.get_invoice", look);
    const verdict = { effect: "deny", rule: "closed", reason: "Closed today", policyVersion: version };
    expect(denied).toMatchObject({ status: "denied", verdict });
    const kept = await agent.invocations.get(earlier.id);
    expect(kept).toMatchObject({ status: "executed", verdict: { policyVersion: before.version } });
    await admin.policy.put(before.document);
    expect(await agent.invoke("billing.get_invoice", look)).toMatchObject({ status: "executed" });
  });

  it("holds a call that waits against the policy in force when people have approved it", async () => {
    const { document } = await admin.policy.get();
    const call = await agent.invoke("billing.issue_refund", { ...look, amountCents: 1 });
    await putPolicy(denyAll("Closed"));
    await server.client(server.approverKey).approvals.approve(call.id);
    const denied = {
      status: "denied",
      error: { code: "action_denied" },
      verdict: { effect: "deny", reason: "Closed" },
    };
    expect(await agent.invocations.wait(call.id)).toMatchObject(denied);
    await admin.policy.put(document);
  });

  it("refuses a faulty document with line and column, and what was in force stays", async () => {
    const before = await admin.policy.get();
    const refused = await putPolicy("version: 1\nrules:\n  - name: a\n    efect: allow\n");
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid_policy" } });
    expect(refused.body["errors"]).toEqual(expect.arrayContaining([expect.objectContaining({ line: 4, column: 5 })]));
    expect(await admin.policy.get()).toEqual(before);
  });

  it("takes JSON too, refuses other types, and is not for everybody", async () => {
    const { document, version } = await admin.policy.get();
    const json = JSON.stringify({ version: 1, default: "deny", rules: [] });
    expect(await putPolicy(json, server.adminKey, "application/json")).toMatchObject({ status: 200 });
    expect(await putPolicy(json, server.adminKey, "text/plain")).toMatchObject({ status: 415 });
    expect(await putPolicy(json, server.agentKey)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    await admin.policy.put(document);
    const { items } = await admin.policy.versions();
    expect(items.length).toBeGreaterThan(2);
    expect(items.map((item) => item.version)).toContain(version);
  });
});

test("The policy file is published when it changes, and the last good one stays when it can't be read", async () => {
  const original = readFileSync(server.policyFile, "utf8");
  const { version: first } = await admin.policy.get();
  writeFileSync(server.policyFile, denyAll("By file"));
  const second = await nextVersion(first);
  expect(await agent.invoke("billing.get_invoice", look)).toMatchObject({
    verdict: { policyVersion: second, reason: "By file" },
  });
  const looked = nextLook(server.policyFile);
  writeFileSync(server.policyFile, "version: 1\nrules: [");
  await looked;
  const during = await agent.invoke("billing.get_invoice", look);
  expect(during).toMatchObject({ verdict: { policyVersion: second } });
  expect((await admin.policy.get()).version).toBe(second);
  writeFileSync(server.policyFile, original);
  await nextVersion(second);
  expect(await agent.invoke("billing.get_invoice", look)).toMatchObject({ status: "executed" });
});

describe("POST /v1/policy/evaluate", () => {
  it("answers as a call would be, and runs nothing", async () => {
    const { total } = await admin.invocations.stats();
    const verdict = await admin.policy.evaluate({
      action: "billing.issue_refund",
      input: {},
      actor: { scopes: ["finance"] },
    });
    expect(verdict).toMatchObject({ effect: "require_approval", rule: "refunds need finance", defaulted: false });
    expect(await admin.policy.evaluate({ action: "nobody.knows", input: null })).toMatchObject({
      effect: "deny",
      defaulted: true,
    });
    expect((await admin.invocations.stats()).total).toBe(total);
  });
});

describe("POST /v1/keys", () => {
  it("makes a key that opens the door at once, and shows it this once", async () => {
    const made = await server.createKey({ subject: "fresh" });
    expect(made).toMatchObject({ tenant: "default", subject: "fresh", permissions: ["invoke", "read"] });
    expect(await server.client(made.key).invoke("billing.list_invoices", {})).toMatchObject({ status: "executed" });
    const listed = await server.send("GET", "/v1/keys");
    expect(listed.text).toContain(made.id);
    expect(listed.text).not.toContain(made.key);
  });

  it("refuses a principal that is there with other rights, and rights that its maker lacks", async () => {
    await server.createKey({ subject: "twice", roles: ["a"] });
    await expect(server.createKey({ subject: "twice", roles: ["b"] })).rejects.toMatchObject({
      code: "principal_conflict",
    });
    const { key } = await server.createKey({ subject: "sub-admin", permissions: ["admin"] });
    const wish = { subject: "x", kind: "user", permissions: ["operator"] };
    expect(await server.send("POST", "/v1/keys", { key, body: wish })).toMatchObject({ status: 403 });
    const elsewhere = { ...wish, permissions: ["read"], tenant: "acme" };
    expect(await server.send("POST", "/v1/keys", { key, body: elsewhere })).toMatchObject({ status: 403 });
  });

  it("makes a key that ends at its time", async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const { key } = await server.createKey({ subject: "brief", expiresAt });
    expect((await server.send("GET", "/v1/actions", { key })).status).toBe(200);
    await vi.waitFor(async () => expect((await server.send("GET", "/v1/actions", { key })).status).toBe(401), 5_000);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
  });
});

test("DELETE /v1/keys/{id} ends a key at once on every route, and may be repeated", async () => {
  const { id, key } = await server.createKey({ subject: "leaver" });
  expect((await server.send("GET", "/v1/invocations", { key })).status).toBe(200);
  expect(await server.send("DELETE", `/v1/keys/${id}`)).toMatchObject({ status: 200, body: { id } });
  for (const path of ["/v1/invocations", "/v1/actions", "/v1/approvals"]) {
    expect(await server.send("GET", path, { key })).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  }
  expect(await server.send("DELETE", `/v1/keys/${id}`)).toMatchObject({ status: 200, body: { id } });
});

test("GET /healthz and /readyz answer without a key", async () => {
  expect(await server.send("GET", "/healthz", { key: "" })).toMatchObject({ status: 200, body: { status: "ok" } });
  expect(await server.send("GET", "/readyz", { key: "" })).toMatchObject({
    status: 200,
    body: { ready: true, missing: [] },
  });
});
