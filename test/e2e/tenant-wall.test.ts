import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { CreatedKey } from "../../src/contract/principal.ts";
import { type Answer, startServer, type TestServer } from "./server.ts";

/** Ids that look right and that nobody has. */
const NO_INVOCATION = "ivn_00000000000000000000000000";
const NO_KEY = "key_00000000000000000000000000";
const NO_GRANT = "grt_00000000000000000000000000";
const NO_WEBHOOK = "whk_00000000000000000000000000";

let server: TestServer;
/** May do everything that a tenant's own people may do. */
let stranger: CreatedKey;
/** What tenant `default` has, and no other may learn of. */
let theirs: Readonly<
  Record<"run" | "pending" | "executed" | "uncertain" | "key" | "subject" | "grant" | "webhook", string>
>;

beforeAll(async () => {
  server = await startServer();
  const agent = server.client(server.agentKey);
  const pending = await agent.invoke(
    "billing.issue_refund",
    { invoiceId: "inv_1", amountCents: 1 },
    { idempotencyKey: "ours" },
  );
  const executed = await agent.invoke("billing.get_invoice", { invoiceId: "inv_1" }, { run: "our-run" });
  const uncertain = await agent.invoke("test.doubtful", {});
  const { id: key, subject } = await server.createKey({ subject: "insider", groups: ["finance"] });
  const grant = await issueGrant();
  const { webhooks } = server.client(server.adminKey);
  const { id: webhook } = await webhooks.create({ url: "https://hooks.example.com/", types: ["grant.revoked"] });
  theirs = {
    run: "our-run",
    pending: pending.id,
    executed: executed.id,
    uncertain: uncertain.id,
    key,
    subject,
    grant,
    webhook,
  };
  stranger = await server.createKey({
    subject: "demo-approver",
    tenant: "acme",
    ...{ groups: ["finance"], scopes: ["finance"] },
    permissions: ["invoke", "read", "approve", "audit", "policy", "act_as", "admin"],
  });
});
afterAll(() => server.close());

/** Has a refund approved together with those to come, and gives the grant's id. */
async function issueGrant(): Promise<string> {
  const input = { invoiceId: "inv_2", amountCents: 1 };
  const call = await server.client(server.agentKey).invoke("billing.issue_refund", input);
  const body = { decision: "approve", grant: { uses: 2, expiresIn: "1h" } };
  await server.send("POST", `/v1/approvals/${call.id}/votes`, { key: server.approverKey, body });
  const { items } = await server.client(server.approverKey).grants.list();
  return items[0]?.id ?? "";
}

/** How to ask for something by an id: a body where one is needed. */
const BODIES: Readonly<Record<string, object>> = {
  "post /v1/invocations/{id}/cancel": { reason: "Not yours" },
  "post /v1/invocations/{id}/reconcile": { outcome: "failed", note: "Not yours" },
  "post /v1/approvals/{id}/votes": { decision: "approve" },
  "post /v1/approvals/{id}/approve": {},
  "post /v1/approvals/{id}/reject": { reason: "Not yours" },
  "put /v1/principals/{subject}": { groups: ["finance"] },
  "put /v1/webhooks/{id}": { disabled: true },
  "post /v1/webhooks/{id}/replay": { state: "dead" },
  "post /v1/runs/{id}/end": { outcome: "failed" },
  "post /v1/runs/{id}/compensate": { reason: "Not yours" },
  "post /v1/invocations/{id}/retry": { reason: "Not yours" },
};

/** Every route that takes an id, from the server's own document; actions belong to all tenants. */
async function listRoutesWithId(): Promise<string[]> {
  const { body } = await server.send("GET", "/openapi.json");
  const paths = Object.entries(body["paths"] as Record<string, object>);
  const routes = paths.flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  return routes.filter((route) => route.includes("{") && !route.includes("/v1/actions/{name}"));
}

/** Ids of the other tenant that fit a route, and one that nobody has. */
function idsFor(route: string): { foreign: string[]; nobodys: string } {
  if (route.includes("{subject}")) return { foreign: [theirs.subject, "demo-agent"], nobodys: "nobody-at-all" };
  if (route.includes("/runs/")) return { foreign: [theirs.run], nobodys: "nobodys-run" };
  if (route.includes("/keys/")) return { foreign: [theirs.key], nobodys: NO_KEY };
  if (route.includes("/webhooks/")) return { foreign: [theirs.webhook], nobodys: NO_WEBHOOK };
  if (route.includes("/grants/")) return { foreign: [theirs.grant], nobodys: NO_GRANT };
  return { foreign: [theirs.pending, theirs.executed, theirs.uncertain], nobodys: NO_INVOCATION };
}

async function ask(route: string, id: string): Promise<Answer> {
  const [method = "", path = ""] = route.split(" ");
  const body = BODIES[route];
  const sent = { key: stranger.key, ...(body === undefined ? {} : { body }) };
  return server.send(method.toUpperCase(), path.replace(/\{\w+\}/, encodeURIComponent(id)), sent);
}

/** An answer without what names the request or repeats the id that was asked for. */
function comparable({ status, headers, body }: Answer, id: string): unknown {
  const { instance: _instance, ...rest } = body;
  const names = [...headers.keys()].filter((name) => !["date", "x-request-id", "content-length"].includes(name));
  return { status, names, text: JSON.stringify(rest).replaceAll(id, "<id>") };
}

test("Every route that takes an id answers for another tenant's as for one that doesn't exist", async () => {
  const routes = await listRoutesWithId();
  expect(routes.length).toBeGreaterThanOrEqual(10);
  for (const route of routes) {
    const { foreign, nobodys } = idsFor(route);
    const unknown = await ask(route, nobodys);
    // Nothing is found anywhere; only a principal of one's own is made where there was none.
    expect(unknown.status, route).toBe(route.startsWith("put /v1/principals") ? 200 : 404);
    for (const id of foreign) expect(comparable(await ask(route, id), id), route).toEqual(comparable(unknown, nobodys));
  }
});

test("A batch of votes answers for another tenant's approval as for one that doesn't exist", async () => {
  const votes = [theirs.pending, NO_INVOCATION].map((id) => ({ id, decision: "approve" }));
  const { status, body } = await server.send("POST", "/v1/approvals/batch", { key: stranger.key, body: { votes } });
  const [foreign, unknown] = body["items"] as { id: string }[];
  expect(status).toBe(200);
  expect(foreign).toMatchObject({ status: 404, error: { code: "not_found" } });
  expect({ ...foreign, id: "" }).toEqual({ ...unknown, id: "" });
});

test("Nothing that a stranger asked for changed anything behind the wall", async () => {
  const insider = await server.send("GET", `/v1/principals/${theirs.subject}`);
  expect(insider.body).toMatchObject({ tenant: "default", kind: "user", groups: ["finance"] });
  const pending = await server.send("GET", `/v1/approvals/${theirs.pending}`);
  expect(pending.body).toMatchObject({ status: "pending", votes: [] });
  expect((await server.send("GET", `/v1/invocations/${theirs.uncertain}`)).body).toMatchObject({ status: "uncertain" });
  const { text } = await server.send("GET", `/v1/invocations/${theirs.pending}/events`);
  expect(text).not.toContain("acme");
  expect(text).not.toContain("vote_refused");
  const grant = await server.send("GET", `/v1/grants/${theirs.grant}`);
  expect(grant.body).toMatchObject({ id: theirs.grant, status: "active", used: 0 });
  const run = await server.send("GET", `/v1/runs/${theirs.run}?actor=demo-agent`);
  expect(run.body).toMatchObject({ status: "open", totals: { calls: 1 } });
});

describe("Every list of another tenant's", () => {
  it.each(["/v1/invocations", "/v1/approvals", "/v1/grants", "/v1/runs", "/v1/policy/versions"])(
    "GET %s is empty",
    async (path) => {
      expect(await server.send("GET", path, { key: stranger.key })).toMatchObject({ status: 200, body: { items: [] } });
    },
  );

  it("GET /v1/invocations/stats counts nothing", async () => {
    const { body } = await server.send("GET", "/v1/invocations/stats", { key: stranger.key });
    expect(body).toEqual({ total: 0, byStatus: {} });
  });

  it("GET /v1/approvals/stats counts nothing", async () => {
    const { body } = await server.send("GET", "/v1/approvals/stats", { key: stranger.key });
    expect(body).toMatchObject({ calls: 0, questions: 0, questionsPer100Calls: 0, rules: [] });
  });

  it.each(["/v1/keys", "/v1/audit"])("GET %s names only what is the stranger's own", async (path) => {
    const { status, body, text } = await server.send("GET", path, { key: stranger.key });
    expect(status).toBe(200);
    const items = body["items"] as { tenant: string }[];
    expect(items.length).toBeGreaterThan(0);
    expect(items.filter((item) => item.tenant !== "acme")).toEqual([]);
    for (const id of [theirs.pending, theirs.executed, theirs.uncertain, theirs.key]) expect(text).not.toContain(id);
  });

  it("filters by another tenant's ids find nothing", async () => {
    for (const query of [`invocation=${theirs.executed}`, "actor=demo-agent", "idempotencyKey=ours"]) {
      const { body } = await server.send("GET", `/v1/audit?${query}`, { key: stranger.key });
      expect(body).toEqual({ items: [] });
    }
    for (const query of ["run=our-run", "actor=demo-agent", "idempotencyKey=ours"]) {
      const { body } = await server.send("GET", `/v1/invocations?${query}`, { key: stranger.key });
      expect(body).toEqual({ items: [] });
    }
  });

  it("a cursor of another tenant's list leads to nothing of it", async () => {
    for (const path of ["/v1/invocations", "/v1/audit", "/v1/keys"]) {
      const { body } = await server.send("GET", `${path}?limit=1`);
      const cursor = encodeURIComponent(String(body["nextCursor"]));
      const answer = await server.send("GET", `${path}?limit=200&cursor=${cursor}`, { key: stranger.key });
      const items = (answer.body["items"] ?? []) as { tenant: string }[];
      expect(items.filter((item) => item.tenant !== "acme")).toEqual([]);
    }
  });
});

test("GET /v1/policy shows a tenant without its own the one in force, and not who published it", async () => {
  const { status, body } = await server.send("GET", "/v1/policy", { key: stranger.key });
  expect(status).toBe(200);
  expect(body).not.toHaveProperty("publishedBy");
});

test("PUT /v1/policy of one tenant is in force for no other", async () => {
  const document = '{"version":1,"default":"deny","rules":[]}';
  const headers = { "content-type": "application/json" };
  const put = await server.send("PUT", "/v1/policy", { key: stranger.key, body: document, headers });
  expect(put).toMatchObject({ status: 200, body: { publishedBy: "demo-approver" } });
  const own = await server.client(stranger.key).invoke("billing.list_invoices", {});
  expect(own).toMatchObject({ status: "denied", tenant: "acme", verdict: { policyVersion: put.body["version"] } });
  expect(await server.client(server.agentKey).invoke("billing.list_invoices", {})).toMatchObject({
    status: "executed",
  });
});

test("One idempotency key of two tenants makes two calls, and no call is for another tenant's principal", async () => {
  const path = "/v1/actions/billing.issue_refund/invocations";
  const input = { invoiceId: "inv_1", amountCents: 1 };
  const headers = { "idempotency-key": "ours" };
  const own = await server.send("POST", path, { key: stranger.key, headers, body: { input, waitMs: 0 } });
  expect(own.body).toMatchObject({ tenant: "acme", actor: "demo-approver" });
  expect(own.body).not.toHaveProperty("replayed");
  const unknown = await server.send("POST", path, { key: stranger.key, body: { input, onBehalfOf: "nobody-there" } });
  const foreign = await server.send("POST", path, {
    key: stranger.key,
    body: { input, onBehalfOf: "boss-of-default" },
  });
  await server.createKey({ subject: "boss-of-default" });
  const known = await server.send("POST", path, { key: stranger.key, body: { input, onBehalfOf: "boss-of-default" } });
  expect(unknown.status).toBe(422);
  expect(comparable(foreign, "boss-of-default")).toEqual(comparable(unknown, "nobody-there"));
  expect(comparable(known, "boss-of-default")).toEqual(comparable(unknown, "nobody-there"));
});
