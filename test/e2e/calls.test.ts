import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import type { InvocationView } from "../../src/contract/invocation.ts";
import type { Client } from "../../src/index.ts";
import { type Answer, startServer, type TestServer } from "./server.ts";

const refund = { invoiceId: "inv_1", amountCents: 100 };

let server: TestServer;
let agent: Client;
let approver: Client;

beforeAll(async () => {
  server = await startServer();
  agent = server.client(server.agentKey);
  approver = server.client(server.approverKey);
});
afterAll(() => server.close());

/** A call by the agent, as it goes over the wire. */
function call(action: string, body: object, key?: string): Promise<Answer> {
  const headers = key === undefined ? {} : { "idempotency-key": key };
  return server.send("POST", `/v1/actions/${action}/invocations`, { key: server.agentKey, body, headers });
}

function invocationOf({ body }: Answer): InvocationView {
  return (body["invocation"] ?? body) as InvocationView;
}

/** The refund that asks in the background, once it stands there. */
async function pendingOf(reason: string): Promise<string> {
  return vi.waitFor(async () => {
    const { items } = await approver.approvals.list({ status: "pending", eligible: "me" });
    const found = items.find((item) => item.reason === reason);
    if (found === undefined) throw new Error("Nothing is pending yet");
    return found.id;
  });
}

describe("POST /v1/actions/{name}/invocations", () => {
  it("answers 200 with the view of what was executed", async () => {
    const { status, body, headers } = await call("billing.get_invoice", {
      input: { invoiceId: "inv_2" },
      run: "run-1",
    });
    expect([status, headers.get("location")]).toEqual([200, null]);
    expect(body).toMatchObject({
      ...{ status: "executed", action: "billing.get_invoice", actor: "demo-agent", tenant: "default", run: "run-1" },
      ...{ input: { invoiceId: "inv_2" }, output: { customer: "Babbage & Sons" }, attempts: 1 },
      verdict: { effect: "allow", rule: "anyone may look at invoices" },
    });
    for (const name of ["createdAt", "decidedAt", "executedAt", "closedAt"]) {
      expect(body[name]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  it("answers 202 with Location as soon as it is pending, without waiting for people", async () => {
    const startMs = performance.now();
    const answer = await call("billing.issue_refund", { input: refund });
    expect(performance.now() - startMs).toBeLessThan(4_000);
    const { id } = invocationOf(answer);
    expect(answer).toMatchObject({ status: 202, body: { status: "pending", approval: { status: "pending" } } });
    expect(answer.headers.get("location")).toBe(`/v1/invocations/${id}`);
    const found = await server.send("GET", `/v1/invocations/${id}`, { key: server.agentKey });
    expect(found).toMatchObject({ status: 200, body: { id, status: "pending" } });
  });

  it("answers 202 at once to waitMs 0, and after waitMs to what is still open then", async () => {
    expect((await call("billing.issue_refund", { input: refund, waitMs: 0 })).status).toBe(202);
    const startMs = performance.now();
    const answer = await call("billing.issue_refund", { input: refund, waitMs: 700 });
    expect(performance.now() - startMs).toBeGreaterThan(690);
    expect(answer).toMatchObject({ status: 202, body: { status: "pending" } });
  });

  it("waits for people when waitMs says so, and answers 200 when they agree", async () => {
    const answer = call("billing.issue_refund", { input: refund, waitMs: 30_000, reason: "waiting" });
    const id = await pendingOf("waiting");
    await approver.approvals.approve(id, { reason: "Fine" });
    expect(await answer).toMatchObject({ status: 200, body: { id, status: "executed", output: refund } });
    expect(server.effects().filter((line) => line.includes(id))).toHaveLength(1);
  });

  it("answers 403 with the invocation when people don't agree", async () => {
    const answer = call("billing.issue_refund", { input: refund, waitMs: 30_000, reason: "refused" });
    const id = await pendingOf("refused");
    await approver.approvals.reject(id, { reason: "Too much" });
    expect(await answer).toMatchObject({
      status: 403,
      body: { code: "approval_rejected", detail: "Too much", retryable: false, invocation: { id, status: "rejected" } },
    });
    expect((await answer).headers.get("content-type")).toBe("application/problem+json");
    expect(server.effects().filter((line) => line.includes(id))).toEqual([]);
  });

  it("answers 403 with the invocation when nobody decides in time", async () => {
    const answer = await call("test.brief", { input: {}, waitMs: 20_000 });
    const body = { code: "approval_expired", invocation: { status: "expired", approval: { status: "expired" } } };
    expect(answer).toMatchObject({ status: 403, body });
  });

  it("answers 403 with the invocation when policy denies", async () => {
    const { key } = await server.createKey({ subject: "no-finance" });
    const body = { input: { invoiceId: "inv_1" } };
    const answer = await server.send("POST", "/v1/actions/billing.mark_invoice_paid/invocations", { key, body });
    expect(answer).toMatchObject({
      status: 403,
      body: { code: "action_denied", invocation: { status: "denied", verdict: { effect: "deny" } } },
    });
  });

  it.each([
    ["billing.get_invoice", { invoiceId: "inv_9" }, { code: "action_failed", status: "failed" }],
    ["test.doubtful", {}, { code: "outcome_uncertain", status: "uncertain" }],
  ])("answers 502 with the invocation when %s reports no success", async (action, input, { code, status }) => {
    expect(await call(action, { input })).toMatchObject({ status: 502, body: { code, invocation: { status } } });
  });

  it.each<[string, object, { status: number; code: string }]>([
    ["billing.nothing", { input: {} }, { status: 404, code: "action_not_found" }],
    ["billing.get_invoice", { input: { invoiceId: 7 } }, { status: 422, code: "invalid_input" }],
    [
      "billing.get_invoice",
      { input: { invoiceId: "inv_1" }, waitMs: 60_001 },
      { status: 422, code: "invalid_request" },
    ],
    [
      "billing.get_invoice",
      { input: { invoiceId: "inv_1" }, actor: "admin" },
      { status: 422, code: "invalid_request" },
    ],
    [
      "billing.get_invoice",
      { input: { invoiceId: "inv_1" }, onBehalfOf: "demo-approver" },
      { status: 403, code: "forbidden" },
    ],
  ])("refuses a call of %s with %j before it is accepted", async (action, body, problem) => {
    const answer = await call(action, body);
    expect(answer).toMatchObject({ status: problem.status, body: problem });
    expect(answer.body["invocation"]).toBeUndefined();
  });

  it("answers 401 without a key", async () => {
    const path = "/v1/actions/billing.issue_refund/invocations";
    const answer = await server.send("POST", path, { key: "", body: { input: refund } });
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  });
});

describe("POST /v1/actions/{name}/invocations with an Idempotency-Key", () => {
  it("answers the same call with the first answer, marked as replayed", async () => {
    const first = await call("billing.mark_invoice_paid", { input: { invoiceId: "inv_3" } }, "pay-3");
    const again = await call("billing.mark_invoice_paid", { input: { invoiceId: "inv_3" } }, "pay-3");
    expect(first).toMatchObject({ status: 200, body: { idempotencyKey: "pay-3" } });
    expect(first.body).not.toHaveProperty("replayed");
    expect(again).toMatchObject({ status: 200, body: { ...first.body, replayed: true } });
    expect(server.effects().filter((line) => line.includes("inv_3"))).toHaveLength(1);
  });

  it("answers the same key with another input 409", async () => {
    await call("billing.get_invoice", { input: { invoiceId: "inv_1" } }, "look");
    const clash = await call("billing.get_invoice", { input: { invoiceId: "inv_2" } }, "look");
    expect(clash).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
  });

  it("makes one invocation and one effect of many calls at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => call("billing.mark_invoice_paid", { input: { invoiceId: "inv_2" } }, "pay-2")),
    );
    expect(new Set(answers.map(({ body }) => body["id"])).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(server.effects().filter((line) => line.includes("inv_2"))).toHaveLength(1);
  });

  it.each(["", "x".repeat(256)])("refuses a key like %j", async (key) => {
    const answer = await call("billing.get_invoice", { input: { invoiceId: "inv_1" } }, key);
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_idempotency_key" } });
  });
});

describe("GET /v1/invocations/{id}", () => {
  it("answers at once without waitMs, and with it as soon as the call is closed", async () => {
    const { id } = await agent.invoke("billing.issue_refund", refund);
    expect((await server.send("GET", `/v1/invocations/${id}`)).body).toMatchObject({ status: "pending" });
    const startMs = performance.now();
    const waited = server.send("GET", `/v1/invocations/${id}?waitMs=30000`);
    await approver.approvals.approve(id);
    expect((await waited).body).toMatchObject({ id, status: "executed" });
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  it("answers 200 also for what was not executed, and when the time is over", async () => {
    const { id } = await agent.invoke("billing.issue_refund", refund);
    const waited = await server.send("GET", `/v1/invocations/${id}?waitMs=200`);
    expect(waited).toMatchObject({ status: 200, body: { status: "pending" } });
    await approver.approvals.reject(id);
    const closed = await server.send("GET", `/v1/invocations/${id}?waitMs=5000`);
    expect(closed).toMatchObject({ status: 200, body: { status: "rejected", error: { code: "approval_rejected" } } });
  });
});

test("GET /v1/invocations/{id}/events tells the whole story, in order and linked", async () => {
  const { id } = await agent.invoke("billing.issue_refund", refund, { reason: "Returned goods" });
  await approver.approvals.approve(id, { reason: "Checked" });
  await agent.invocations.wait(id);
  const events = await agent.invocations.events(id);
  expect(events.map((event) => event.type)).toEqual([
    ...["invocation.requested", "invocation.decided", "approval.opened", "approval.vote_recorded", "approval.resolved"],
    ...["execution.started", "execution.finished", "invocation.closed"],
  ]);
  expect(events.every((event) => event.invocation === id)).toBe(true);
  expect(events.map((event) => event.seq)).toEqual(
    events.map((event) => event.seq).toSorted((one, other) => one - other),
  );
  expect(events.find((event) => event.type === "approval.vote_recorded")).toMatchObject({ principal: "demo-approver" });
});

describe("POST /v1/invocations/{id}/cancel", () => {
  it("cancels what is pending, once, and no vote counts afterwards", async () => {
    const { id } = await agent.invoke("billing.issue_refund", refund, { idempotencyKey: "to-cancel" });
    const canceled = await server.send("POST", `/v1/invocations/${id}/cancel`, {
      key: server.agentKey,
      body: { reason: "Oops" },
    });
    expect(canceled).toMatchObject({ status: 200, body: { status: "canceled", error: { message: "Oops" } } });
    const again = await server.send("POST", `/v1/invocations/${id}/cancel`, { key: server.agentKey });
    expect(again).toMatchObject({ status: 409, body: { code: "already_final", invocation: { status: "canceled" } } });
    await expect(approver.approvals.approve(id)).rejects.toMatchObject({ status: 409, code: "already_resolved" });
    const replayed = await call("billing.issue_refund", { input: refund }, "to-cancel");
    expect(replayed).toMatchObject({ status: 403, body: { code: "invocation_canceled", invocation: { id } } });
  });

  it("is for the actor and admins only", async () => {
    const { id } = await agent.invoke("billing.issue_refund", refund);
    const { key } = await server.createKey({ subject: "auditor", permissions: ["audit"] });
    const path = `/v1/invocations/${id}/cancel`;
    expect(await server.send("POST", path, { key })).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await server.send("POST", path)).toMatchObject({ status: 200, body: { status: "canceled" } });
  });
});

describe("POST /v1/approvals/{id}/votes", () => {
  it("answers a late vote 409 with the standing resolution, and the same vote again as before", async () => {
    const { id } = await agent.invoke("billing.issue_refund", refund);
    const path = `/v1/approvals/${id}/votes`;
    const vote = { key: server.approverKey, body: { decision: "approve", reason: "Fine" } };
    expect(await server.send("POST", path, vote)).toMatchObject({ status: 200, body: { status: "approved" } });
    expect(await server.send("POST", path, vote)).toMatchObject({
      status: 200,
      body: { tally: { approve: 1, reject: 0 } },
    });
    const { key } = await server.createKey({ subject: "late", groups: ["finance"], permissions: ["approve"] });
    const late = await server.send("POST", path, { key, body: { decision: "reject" } });
    const resolution = { status: "approved", by: ["demo-approver"] };
    expect(late).toMatchObject({ status: 409, body: { code: "already_resolved", resolution } });
  });

  it("refuses whom the terms don't name, the requester, and another digest", async () => {
    const { key } = await server.createKey({
      subject: "both",
      ...{ groups: ["finance"], scopes: ["finance"], permissions: ["invoke", "approve", "read"] },
    });
    const own = await server.client(key).invoke("billing.issue_refund", refund);
    const theirs = await agent.invoke("billing.issue_refund", refund);
    const stranger = await server.createKey({ subject: "stranger", permissions: ["approve"] });
    const body = { decision: "approve" };
    const vote = (id: string, sent: object) => server.send("POST", `/v1/approvals/${id}/votes`, { body, ...sent });
    expect(await vote(own.id, { key })).toMatchObject({ status: 403, body: { code: "self_approval" } });
    expect(await vote(theirs.id, { key: stranger.key })).toMatchObject({
      status: 403,
      body: { code: "not_an_approver" },
    });
    expect(await vote(theirs.id, { key: server.agentKey })).toMatchObject({ status: 403, body: { code: "forbidden" } });
    const other = { decision: "approve", digest: "0".repeat(64) };
    expect(await vote(theirs.id, { key, body: other })).toMatchObject({
      status: 409,
      body: { code: "digest_mismatch" },
    });
    expect(await vote(theirs.id, { key, body: { ...other, digest: theirs.digest } })).toMatchObject({ status: 200 });
  });
});
