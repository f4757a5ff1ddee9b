import { expect, test, vi } from "vitest";
import { createHttpTransport } from "../../src/client/http-transport.ts";
import { buildProblem } from "./wire-answers.ts";
import { startWireServer } from "./wire-server.ts";

const OK = { status: 200, body: { fine: true } };
const BUSY = buildProblem(503, "unavailable", { retryable: true, retryAfterMs: 1 });

function connect(url: string, options: { maxRetries?: number; timeoutMs?: number } = {}) {
  const { maxRetries = 2, timeoutMs = 5_000 } = options;
  return createHttpTransport({ baseUrl: url, apiKey: undefined, fetch: globalThis.fetch, timeoutMs, maxRetries });
}

test("send() repeats a GET while the server has no time", async () => {
  const server = await startWireServer(BUSY, "drop", OK);
  expect(await connect(server.url).send({ method: "GET", path: "/v1/x" })).toEqual({ fine: true });
  expect(server.seen).toHaveLength(3);
});

test("send() gives up after its retries with the last error", async () => {
  const server = await startWireServer(BUSY);
  const failure = connect(server.url, { maxRetries: 1 }).send({ method: "GET", path: "/v1/x" });
  await expect(failure).rejects.toMatchObject({ code: "unavailable", status: 503, retryAfterMs: 1 });
  expect(server.seen).toHaveLength(2);
});

test("send() repeats a POST with an idempotency key", async () => {
  const server = await startWireServer("drop", OK);
  const request = { method: "POST", path: "/v1/x", body: {}, idempotencyKey: "k" } as const;
  expect(await connect(server.url).send(request)).toEqual({ fine: true });
});

test.each(["POST", "PUT", "DELETE"] as const)("send() never repeats a %s without a key", async (method) => {
  const server = await startWireServer("drop", OK);
  const failure = connect(server.url).send({ method, path: "/v1/x", body: {} });
  await expect(failure).rejects.toMatchObject({ code: "unavailable", retryable: true });
  expect(server.seen).toHaveLength(1);
});

test.each([
  buildProblem(404, "not_found"),
  buildProblem(500, "internal", { retryable: true }),
  { status: 400, body: "<html>" },
])("send() never repeats an answer that would not change: %j", async (answer) => {
  const server = await startWireServer(answer);
  await expect(connect(server.url).send({ method: "GET", path: "/v1/x" })).rejects.toMatchObject({
    status: answer.status,
  });
  expect(server.seen).toHaveLength(1);
});

test("send() hands a wait of more than a minute to the caller", async () => {
  const server = await startWireServer({ ...buildProblem(429, "rate_limited"), headers: { "retry-after": "3600" } });
  const failure = connect(server.url).send({ method: "GET", path: "/v1/x" });
  await expect(failure).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 3_600_000 });
  expect(server.seen).toHaveLength(1);
});

test("send() reads a proxy's bare answer by its status", async () => {
  const server = await startWireServer({ status: 504, body: "<html>Gateway Timeout</html>" });
  const failure = connect(server.url, { maxRetries: 0 }).send({ method: "GET", path: "/v1/x" });
  await expect(failure).rejects.toMatchObject({ code: "unavailable", status: 504, retryable: true, details: {} });
});

test("send() does not follow a redirect with its credential", async () => {
  const server = await startWireServer({ status: 302, headers: { location: "/elsewhere" } }, OK);
  await expect(connect(server.url).send({ method: "GET", path: "/v1/x" })).rejects.toMatchObject({
    status: 302,
    retryable: false,
  });
  expect(server.seen).toHaveLength(1);
});

test("send() says when what answers is something else", async () => {
  const server = await startWireServer({ status: 200, body: "<html>Hello</html>" });
  await expect(connect(server.url).send({ method: "GET", path: "/" })).rejects.toThrow(/is no Countersign$/);
});

test("send() ends a request that takes too long", async () => {
  const server = await startWireServer("hang");
  const failure = connect(server.url, { timeoutMs: 30, maxRetries: 0 }).send({ method: "GET", path: "/v1/x" });
  await expect(failure).rejects.toMatchObject({
    code: "unavailable",
    message: `No answer from ${server.url} within 30 ms`,
  });
});

test("send() adds the server's wait to its own time", async () => {
  const server = await startWireServer("hang");
  const failure = connect(server.url, { timeoutMs: 20, maxRetries: 0 }).send({
    method: "GET",
    path: "/v1/x",
    waitMs: 30,
  });
  await expect(failure).rejects.toThrow("within 50 ms");
});

test("send() names the reason when nothing listens", async () => {
  const failure = connect("http://127.0.0.1:9", { maxRetries: 0 }).send({ method: "GET", path: "/" });
  await expect(failure).rejects.toMatchObject({ code: "unavailable", status: undefined, retryable: true });
});

test("send() rejects with the signal's reason, at once when it has aborted before", async () => {
  const server = await startWireServer("hang");
  const transport = connect(server.url);
  await expect(transport.send({ method: "GET", path: "/", signal: AbortSignal.abort("early") })).rejects.toBe("early");
  const controller = new AbortController();
  const failure = expect(transport.send({ method: "GET", path: "/", signal: controller.signal })).rejects.toBe("late");
  await vi.waitFor(() => expect(server.seen).toHaveLength(1));
  controller.abort("late");
  await failure;
});

test("send() refuses a body that JSON can't carry", async () => {
  const failure = connect("http://127.0.0.1:9").send({ method: "POST", path: "/", body: { amount: 1n } });
  await expect(failure).rejects.toMatchObject({ code: "invalid_request" });
});
