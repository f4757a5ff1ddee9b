import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { AuditEvent } from "../../src/contract/audit.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import type { Page } from "../../src/contract/problem.ts";
import type { Client } from "../../src/index.ts";
import { startServer, type TestServer } from "./server.ts";

/** More than two pages of the default size. */
const COUNT = 120;
const AT_ONCE = 12;

let server: TestServer;
let agent: Client;
let approver: Client;
let ids: string[];

beforeAll(async () => {
  server = await startServer();
  agent = server.client(server.agentKey);
  approver = server.client(server.approverKey);
  ids = [];
  while (ids.length < COUNT) {
    const calls = Array.from({ length: AT_ONCE }, (_, index) =>
      agent.invoke(
        "billing.get_invoice",
        { invoiceId: `inv_${(index % 3) + 1}` },
        { run: `run-${index % 2}`, waitMs: 0 },
      ),
    );
    for (const call of await Promise.all(calls)) ids.push(call.id);
  }
  await Promise.all(ids.map((id) => agent.invocations.wait(id)));
});
afterAll(() => server.close());

/** A row of any list, as far as these tests look at it. */
type Item = Partial<InvocationView> & Partial<AuditEvent>;

function idsOf(items: readonly Item[]): string[] {
  return items.map(({ id }) => id ?? "");
}

/** Every row of a list, page by page. */
async function walk(path: string, key = server.agentKey): Promise<{ items: Item[]; sizes: number[] }> {
  const items: Item[] = [];
  const sizes: number[] = [];
  for (let cursor: string | undefined; ;) {
    const more = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await server.send("GET", `${path}${more}`, { key });
    expect(status).toBe(200);
    const page = body as unknown as Page<Item>;
    items.push(...page.items);
    sizes.push(page.items.length);
    cursor = page.nextCursor;
    if (cursor === undefined) return { items, sizes };
  }
}

describe("GET /v1/invocations", () => {
  it("gives every row once, newest first, whatever the size of a page", async () => {
    for (const [limit, sizes] of [
      [50, [50, 50, 20]],
      [40, [40, 40, 40]],
      [200, [120]],
    ] as const) {
      const walked = await walk(`/v1/invocations?action=billing.get_invoice&limit=${limit}`);
      expect(walked.sizes).toEqual(sizes);
      expect(idsOf(walked.items).toSorted()).toEqual(ids.toSorted());
      const times = walked.items.map(({ createdAt }) => createdAt ?? "");
      expect(times).toEqual(times.toSorted().toReversed());
    }
  });

  it("gives no row twice and leaves none out while new ones come", async () => {
    const first = await server.send("GET", "/v1/invocations?action=billing.get_invoice&limit=60");
    await Promise.all([1, 2, 3].map(() => agent.invoke("billing.list_invoices", {})));
    const rest = await walk(
      `/v1/invocations?action=billing.get_invoice&limit=60&cursor=${String(first.body["nextCursor"])}`,
    );
    const seen = idsOf([...(first.body["items"] as InvocationView[]), ...rest.items]);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it("gives fifty rows unless asked otherwise", async () => {
    expect((await agent.invocations.list()).items).toHaveLength(50);
  });

  it.each([
    ["run=run-1", COUNT / 2],
    ["actor=demo-agent&action=billing.get_invoice", COUNT],
    ["actor=nobody", 0],
    ["status=executed&run=run-0", COUNT / 2],
    ["status=pending", 0],
    ["action=billing.issue_refund", 0],
    ["createdAfter=2100-01-01T00:00:00Z", 0],
    ["createdBefore=2100-01-01T00:00:00Z&run=run-0", COUNT / 2],
    ["createdBefore=1999-01-01T00:00:00%2B01:00", 0],
  ])("keeps to the filter %s, as its statistics do", async (filter, count) => {
    const { items } = await walk(`/v1/invocations?${filter}&limit=200`);
    expect(items).toHaveLength(count);
    const stats = await server.send("GET", `/v1/invocations/stats?${filter}`, { key: server.agentKey });
    expect(stats.body).toEqual({ total: count, byStatus: count === 0 ? {} : { executed: count } });
  });

  it("finds a call by its idempotency key", async () => {
    const { id } = await agent.invoke("billing.list_invoices", {}, { idempotencyKey: "monthly report" });
    const { items } = await agent.invocations.list({ idempotencyKey: "monthly report" });
    expect(items.map((item) => item.id)).toEqual([id]);
  });

  it("shows a caller without audit its own calls only", async () => {
    const { key } = await server.createKey({ subject: "newcomer" });
    const { id } = await server.client(key).invoke("billing.list_invoices", {});
    expect((await server.client(key).invocations.list()).items.map((item) => item.id)).toEqual([id]);
    expect(await server.client(key).invocations.stats()).toEqual({ total: 1, byStatus: { executed: 1 } });
    expect((await server.send("GET", `/v1/invocations/${ids[0] ?? ""}`, { key })).status).toBe(404);
  });

  it.each([
    "limit=0",
    "limit=201",
    "limit=x",
    "cursor=x",
    "status=done",
    "createdAfter=yesterday",
    "page=2",
    "limit=1&limit=2",
  ])("refuses %s with 422", async (query) => {
    const answer = await server.send("GET", `/v1/invocations?${query}`);
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_query" } });
  });
});

describe("GET /v1/approvals", () => {
  it("gives with eligible=me what the caller may vote on, and nothing that the caller asked for", async () => {
    const { key } = await server.createKey({
      subject: "treasurer",
      ...{ groups: ["finance"], scopes: ["finance"], permissions: ["invoke", "approve", "read"] },
    });
    const treasurer = server.client(key);
    const own = await treasurer.invoke("billing.issue_refund", { invoiceId: "inv_1", amountCents: 1 });
    const theirs = await agent.invoke("billing.issue_refund", { invoiceId: "inv_2", amountCents: 2 });
    const pendingOf = async (client: Client, eligible: boolean) => {
      const { items } = await client.approvals.list({ status: "pending", ...(eligible ? { eligible: "me" } : {}) });
      return items.map(({ id }) => id);
    };
    expect(await pendingOf(treasurer, true)).toEqual([theirs.id]);
    expect(await pendingOf(treasurer, false)).toEqual([theirs.id, own.id]);
    expect(await pendingOf(approver, true)).toEqual([theirs.id, own.id]);
    expect(await pendingOf(agent, true)).toEqual([]);
    expect(await pendingOf(agent, false)).toEqual([theirs.id]);
    const { key: outsider } = await server.createKey({ subject: "outsider", permissions: ["approve"] });
    expect(await pendingOf(server.client(outsider), false)).toEqual([]);
    for (const { id } of [own, theirs]) await approver.approvals.reject(id);
    expect(await pendingOf(approver, true)).toEqual([]);
  });

  it("gives every row once, page by page", async () => {
    const asked = [];
    for (let cents = 1; cents <= 7; cents += 1) {
      asked.push(
        await agent.invoke("billing.issue_refund", { invoiceId: "inv_3", amountCents: cents }, { run: "paged" }),
      );
    }
    const path = "/v1/approvals?status=pending&action=billing.issue_refund&limit=3";
    const { items, sizes } = await walk(path, server.approverKey);
    expect(sizes).toEqual([3, 3, 1]);
    expect(items.map(({ id }) => id)).toEqual(asked.map(({ id }) => id).toReversed());
  });

  it("shows an approver all that a decision needs", async () => {
    const call = await agent.invoke(
      "billing.issue_refund",
      { invoiceId: "inv_1", amountCents: 5 },
      { reason: "Broken" },
    );
    expect(await approver.approvals.get(call.id)).toMatchObject({
      ...{
        id: call.id,
        action: "billing.issue_refund",
        title: "Issue a refund",
        actor: "demo-agent",
        reason: "Broken",
      },
      ...{
        risk: "high",
        input: { invoiceId: "inv_1", amountCents: 5 },
        digest: call.digest,
        rule: "refunds need finance",
      },
      ...{
        approvers: ["group:finance"],
        thresholds: { approve: 1, deny: 1 },
        tally: { approve: 0, reject: 0 },
        votes: [],
      },
      temporalUiUrl: expect.stringMatching(/^http:\/\/.*user-metadata$/),
    });
  });
});

test("GET /v1/audit gives every event once, newest first, and keeps to its filters", async () => {
  const { items } = await walk("/v1/audit?limit=100", server.adminKey);
  expect(items.map(({ seq }) => seq)).toEqual(items.map((_item, index) => items.length - index));
  const path = `/v1/audit?invocation=${ids[0] ?? ""}&type=invocation.closed`;
  const found = await walk(path.concat("&limit=5"), server.adminKey);
  expect(found.items).toMatchObject([{ type: "invocation.closed", invocation: ids[0], data: { status: "executed" } }]);
});

describe("GET /openapi.json", () => {
  it("lists every route", async () => {
    const { body } = await server.send("GET", "/openapi.json", { key: "" });
    const paths = body["paths"] as Record<string, Record<string, unknown>>;
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((name) => `${name} ${path}`),
    );
    expect(routes.toSorted()).toEqual(
      [
        ...["get /healthz", "get /readyz", "get /v1/actions", "get /v1/actions/{name}"],
        ...["post /v1/actions/{name}/invocations", "get /v1/invocations", "get /v1/invocations/stats"],
        ...["get /v1/invocations/{id}", "get /v1/invocations/{id}/events", "post /v1/invocations/{id}/cancel"],
        ...["post /v1/invocations/{id}/reconcile", "get /v1/approvals", "get /v1/approvals/{id}"],
        ...["get /v1/approvals/stats", "post /v1/approvals/batch"],
        ...["post /v1/approvals/{id}/votes", "post /v1/approvals/{id}/approve", "post /v1/approvals/{id}/reject"],
        ...["get /v1/grants", "get /v1/grants/{id}", "delete /v1/grants/{id}"],
        ...["post /v1/policy/evaluate", "post /v1/policy/replay", "get /v1/policy", "put /v1/policy"],
        ...["get /v1/policy/versions", "get /v1/audit"],
        ...["post /v1/budgets/reservations", "post /v1/budgets/reservations/{id}/settle"],
        ...["delete /v1/budgets/reservations/{id}", "get /v1/budgets/{name}"],
        ...["post /v1/keys", "get /v1/keys", "delete /v1/keys/{id}"],
        ...["get /v1/sessions/{id}", "post /v1/sessions/{id}/close"],
        ...["get /v1/principals/{subject}", "put /v1/principals/{subject}"],
        ...["post /v1/runs", "get /v1/runs", "get /v1/runs/{id}", "post /v1/runs/{id}/end"],
        ...["post /v1/runs/{id}/compensate", "post /v1/invocations/{id}/retry"],
        ...["get /v1/guards", "get /v1/guards/{id}", "post /v1/guards/{id}/reset", "get /metrics"],
        ...["get", "post"].map((method) => `${method} /v1/webhooks`),
        ...["get", "put", "delete"].map((method) => `${method} /v1/webhooks/{id}`),
        ...["get /v1/webhooks/{id}/secret", "post /v1/webhooks/{id}/rotate-secret"],
        ...["get /v1/webhooks/{id}/deliveries", "post /v1/webhooks/{id}/replay"],
      ].toSorted(),
    );
  });

  it("declares every path parameter, and schemas that compile and fit what the server answers", async () => {
    const { body } = await server.send("GET", "/openapi.json", { key: "" });
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ ...body, $id: "https://openapi.example/" });
    for (const [path, methods] of Object.entries(body["paths"] as Record<string, Record<string, Operation>>)) {
      for (const { parameters = [], responses } of Object.values(methods)) {
        const declared = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
        expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
        expect(Object.keys(responses).length).toBeGreaterThan(0);
      }
    }
    for (const name of ["Invocation", "Approval", "Problem"])
      ajv.getSchema(`https://openapi.example/#/components/schemas/${name}`);
    const fits = ajv.getSchema("https://openapi.example/#/components/schemas/Invocation");
    expect(fits?.(await agent.invocations.get(ids[0] ?? ""))).toBe(true);
  });
});

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: object;
}

test("GET /docs asks for nothing from elsewhere, nor do the files that it names", async () => {
  const page = await server.send("GET", "/docs", { key: "" });
  const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(files.length).toBeGreaterThan(2);
  expect(files.filter((file) => !/^\/(?!\/)/.test(file))).toEqual([]);
  expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'.*connect-src 'self'/);
  for (const file of files) {
    const { status, text } = await server.send("GET", file, { key: "" });
    expect(status).toBe(200);
    if (file.endsWith(".css")) expect(text).not.toMatch(/url\(\s*["']?(?!["']?data:)|@import/);
    if (file.endsWith("initializer.js")) expect(text).not.toMatch(/https?:|\/\//);
  }
});
