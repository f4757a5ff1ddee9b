import { expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import { createClient } from "../../src/client/create-client.ts";
import { buildPendingView, buildProblem, buildView } from "./wire-answers.ts";
import { startWireServer } from "./wire-server.ts";

const API_KEY = "csk_test_key";

const refund = defineAction({
  name: "billing.issue_refund",
  description: "Refunds",
  input: z.object({ invoiceId: z.string() }),
  output: z.object({ refundId: z.string() }),
  run: () => ({ refundId: "never called here" }),
});

function connect(url: string) {
  return createClient({ baseUrl: url, apiKey: API_KEY, maxRetries: 1 });
}

test("invoke() sends the input, the key in its header and the bearer credential", async () => {
  const server = await startWireServer({ status: 200, body: buildView({ output: { refundId: "re_1" } }) });
  const call = await connect(server.url).invoke(
    refund,
    { invoiceId: "inv_1" },
    { idempotencyKey: "k 1", reason: "asked", waitMs: 10 },
  );
  expect(call).toMatchObject({ status: "executed", output: { refundId: "re_1" } });
  expect(server.seen[0]).toMatchObject({
    method: "POST",
    url: "/v1/actions/billing.issue_refund/invocations",
    headers: { authorization: `Bearer ${API_KEY}`, "idempotency-key": "k 1", "content-type": "application/json" },
    body: { input: { invoiceId: "inv_1" }, reason: "asked", waitMs: 10 },
  });
});

test.each(["denied", "rejected", "expired", "canceled", "failed", "uncertain"] as const)(
  "invoke() answers %s as an invocation that says why",
  async (status) => {
    const error = { code: "action_failed", message: "No luck", retryable: false };
    const server = await startWireServer(
      buildProblem(502, "action_failed", { invocation: buildView({ status, error }) }),
    );
    expect(await connect(server.url).invoke(refund, { invoiceId: "inv_1" })).toMatchObject({ status, error });
  },
);

test("invoke() fills in why where an unexecuted invocation doesn't say", async () => {
  const server = await startWireServer(
    buildProblem(403, "action_denied", { invocation: buildView({ status: "denied" }) }),
  );
  const call = await connect(server.url).invoke("billing.issue_refund", {});
  expect(call).toMatchObject({ status: "denied", error: { code: "action_denied", retryable: false } });
});

test("invoke() takes a refusal with an invocation as the answer and does not repeat it", async () => {
  const refusal = buildView({
    status: "denied",
    error: { code: "rate_limited", message: "Slow down", retryable: true },
  });
  const server = await startWireServer(buildProblem(429, "rate_limited", { invocation: refusal }));
  const call = await connect(server.url).invoke(refund, { invoiceId: "inv_1" }, { idempotencyKey: "k" });
  expect(call).toMatchObject({ status: "denied", error: { code: "rate_limited", retryable: true } });
  expect(server.seen).toHaveLength(1);
});

test.each([
  [401, "unauthenticated"],
  [404, "action_not_found"],
  [422, "invalid_input"],
] as const)("invoke() throws for %i %s", async (status, code) => {
  const server = await startWireServer(buildProblem(status, code, { faults: [{ path: "/a" }] }));
  const failure = connect(server.url).invoke(refund, { invoiceId: "inv_1" });
  await expect(failure).rejects.toMatchObject({
    code,
    status,
    message: `Because of ${code}`,
    details: { faults: [{ path: "/a" }] },
  });
});

test("invoke() throws a conflict even when it shows the invocation that holds the key", async () => {
  const server = await startWireServer(buildProblem(409, "idempotency_conflict", { invocation: buildView() }));
  const failure = connect(server.url).invoke(refund, { invoiceId: "inv_1" }, { idempotencyKey: "k" });
  await expect(failure).rejects.toMatchObject({ code: "idempotency_conflict", invocation: { id: "ivn_1" } });
});

test.each(["", " lead", "ключ", "line\nbreak", "x".repeat(256)])(
  "invoke() refuses the idempotency key %j before it sends",
  async (key) => {
    const server = await startWireServer({ status: 200, body: buildView() });
    const failure = connect(server.url).invoke(refund, { invoiceId: "inv_1" }, { idempotencyKey: key });
    await expect(failure).rejects.toMatchObject({ code: "invalid_idempotency_key" });
    expect(server.seen).toHaveLength(0);
  },
);

test("invoke() refuses a name that would step out of its path", async () => {
  const client = connect("http://127.0.0.1:9");
  await expect(client.invoke("..", {})).rejects.toMatchObject({ code: "invalid_request" });
  await expect(client.invocations.get("\ud800")).rejects.toMatchObject({ code: "invalid_request" });
});

test("invoke() lets a call override the client's onBehalfOf", async () => {
  const server = await startWireServer({ status: 200, body: buildView() });
  const client = createClient({ baseUrl: server.url, apiKey: API_KEY, onBehalfOf: "ada" });
  await client.invoke(refund, { invoiceId: "inv_1" });
  await client.invoke(refund, { invoiceId: "inv_1" }, { onBehalfOf: "bob" });
  expect(server.seen.map(({ body }) => body)).toMatchObject([{ onBehalfOf: "ada" }, { onBehalfOf: "bob" }]);
});

test("run() polls an open call and gives the output", async () => {
  const executed = buildView({ output: { refundId: "re_1" } });
  const server = await startWireServer({ status: 202, body: buildPendingView() }, { status: 200, body: executed });
  expect(await connect(server.url).run(refund, { invoiceId: "inv_1" })).toEqual({ refundId: "re_1" });
  expect(server.seen[1]).toMatchObject({ method: "GET", url: "/v1/invocations/ivn_1?waitMs=30000" });
});

test("run() keeps waiting while the server is away", async () => {
  const server = await startWireServer(
    { status: 202, body: buildPendingView() },
    "drop",
    buildProblem(503, "unavailable", { retryable: true, retryAfterMs: 1 }),
    "drop",
    { status: 200, body: buildView({ output: { refundId: "re_1" } }) },
  );
  const client = createClient({ baseUrl: server.url, apiKey: API_KEY, maxRetries: 0 });
  expect(await client.run(refund, { invoiceId: "inv_1" })).toEqual({ refundId: "re_1" });
});

test("run() with the key of a call whose output was erased rejects, and gives no made-up output", async () => {
  const erased = buildView({ input: null, replayed: true, erasedAt: "2026-02-01T00:00:00.000Z" });
  const { run } = connect((await startWireServer({ status: 200, body: erased })).url);
  const answer = run(refund, { invoiceId: "inv_1" }, { idempotencyKey: "k" });
  await expect(answer).rejects.toMatchObject({ name: "CountersignError", code: "not_found", invocation: erased });
});

test("run() makes one key of its own and repeats the call with it", async () => {
  const server = await startWireServer("drop", { status: 200, body: buildView({ output: { refundId: "re_1" } }) });
  await connect(server.url).run(refund, { invoiceId: "inv_1" });
  const keys = server.seen.map(({ headers }) => headers["idempotency-key"]);
  expect(keys[0]).toMatch(/^run-[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
});

test("run() throws the reason of a call that was not executed, with its invocation", async () => {
  const error = { code: "approval_rejected", message: "ada said no", retryable: false };
  const rejected = buildView({ status: "rejected", error });
  const server = await startWireServer({ status: 202, body: buildPendingView() }, { status: 200, body: rejected });
  const failure = connect(server.url).run(refund, { invoiceId: "inv_1" });
  await expect(failure).rejects.toMatchObject({ ...error, name: "CountersignError", invocation: { id: "ivn_1" } });
});

test("run() takes the status for the code when it doesn't know the code", async () => {
  const uncertain = buildView({
    status: "uncertain",
    error: { code: "code_of_tomorrow", message: "Hm", retryable: false },
  });
  const server = await startWireServer(buildProblem(502, "outcome_uncertain", { invocation: uncertain }));
  await expect(connect(server.url).run(refund, { invoiceId: "inv_1" })).rejects.toMatchObject({
    code: "outcome_uncertain",
  });
});

test("run() rejects with the signal's reason when it aborts during the wait", async () => {
  const server = await startWireServer({ status: 202, body: buildPendingView() }, "hang");
  const controller = new AbortController();
  const failure = connect(server.url).run(refund, { invoiceId: "inv_1" }, { signal: controller.signal });
  const outcome = expect(failure).rejects.toThrow("Enough");
  await vi.waitFor(() => expect(server.seen).toHaveLength(2));
  controller.abort(new Error("Enough"));
  await outcome;
});

test("guard() gives a function that runs the action with a key made of its input", async () => {
  const server = await startWireServer({ status: 200, body: buildView({ output: { refundId: "re_1" } }) });
  const guarded = connect(server.url).guard(refund, {
    idempotencyKey: (input) => `refund-${input.invoiceId}`,
    run: "r1",
  });
  expect(await guarded({ invoiceId: "inv_2" })).toEqual({ refundId: "re_1" });
  expect(server.seen[0]).toMatchObject({ headers: { "idempotency-key": "refund-inv_2" }, body: { run: "r1" } });
});

test("invocations.wait() ends with the open invocation when its time is over", async () => {
  const server = await startWireServer({ status: 200, body: buildPendingView() });
  expect(await connect(server.url).invocations.wait("ivn_1", { timeoutMs: 20 })).toMatchObject({ status: "pending" });
});

test("lists send filter and page as query and give the page", async () => {
  const server = await startWireServer({ status: 200, body: { items: [buildView()], nextCursor: "c2" } });
  const page = await connect(server.url).invocations.list({ status: "executed", limit: 1, cursor: "c1" });
  expect(page).toMatchObject({ items: [{ id: "ivn_1" }], nextCursor: "c2" });
  expect(server.seen[0]?.url).toBe("/v1/invocations?status=executed&limit=1&cursor=c1");
});

test("approvals.approve() votes with reason and digest", async () => {
  const server = await startWireServer({ status: 200, body: { id: "ivn_1", status: "approved" } });
  await connect(server.url).approvals.approve("ivn_1", { reason: "Fine", digest: "d" });
  expect(server.seen[0]).toMatchObject({
    method: "POST",
    url: "/v1/approvals/ivn_1/votes",
    body: { decision: "approve", reason: "Fine", digest: "d" },
  });
});

test("policy.put() sends a text as YAML and an object as JSON", async () => {
  const server = await startWireServer({ status: 200, body: { version: "v1" } });
  const client = connect(server.url);
  await client.policy.put("version: 1");
  await client.policy.put({ version: 1 });
  expect(server.seen.map(({ headers, body }) => [headers["content-type"], body])).toEqual([
    ["application/yaml", "version: 1"],
    ["application/json", { version: 1 }],
  ]);
});

test("createClient() reads COUNTERSIGN_URL and COUNTERSIGN_API_KEY", async () => {
  const server = await startWireServer({ status: 200, body: { items: [] } });
  vi.stubEnv("COUNTERSIGN_URL", `${server.url}/`);
  vi.stubEnv("COUNTERSIGN_API_KEY", API_KEY);
  expect(await createClient().actions.list()).toEqual([]);
  expect(server.seen[0]).toMatchObject({ url: "/v1/actions", headers: { authorization: `Bearer ${API_KEY}` } });
  vi.unstubAllEnvs();
});

test.each([
  [{}, "Pass baseUrl"],
  [{ baseUrl: "ftp://x" }, "baseUrl must be"],
  [{ baseUrl: "http://user:pass@x" }, "baseUrl must be"],
  [{ baseUrl: "http://x", apiKey: "a\nb" }, "apiKey must be"],
  [{ baseUrl: "http://x", timeoutMs: 0 }, "timeoutMs must be"],
  [{ baseUrl: "http://x", maxRetries: -1 }, "maxRetries must be"],
])("createClient() refuses the options %j", (options, message) => {
  vi.stubEnv("COUNTERSIGN_URL", "");
  expect(() => createClient(options)).toThrow(message);
  vi.unstubAllEnvs();
});
