import { trace } from "@opentelemetry/api";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startTracing } from "../../src/process/start-tracing.ts";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { startServer, type TestServer } from "./server.ts";

let receiver: OtlpReceiver;
let server: TestServer;
let stopTracing: (() => Promise<void>) | undefined;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  server = await startServer();
}, 120_000);
afterAll(async () => {
  await stopTracing?.();
  vi.unstubAllEnvs();
  await server.close();
  await receiver.close();
});

/** Switches tracing on, for this process and from now on. */
async function startOnce(): Promise<void> {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint);
  vi.stubEnv("OTEL_SERVICE_NAME", "shop");
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "50");
  stopTracing ??= await startTracing({ traces: true, logLevel: "silent", redactPatterns: [] });
}

/** Does work beneath a span of the application's own; gives that span's ids. */
async function order(work: () => Promise<void>): Promise<{ readonly traceId: string; readonly spanId: string }> {
  await startOnce();
  return trace.getTracer("shop").startActiveSpan("order", async (span) => {
    await work();
    span.end();
    return span.spanContext();
  });
}

/** The spans of a trace, once those of these names have come. */
async function spansOf(traceId: string, ...names: string[]): Promise<readonly ReceivedSpan[]> {
  return vi.waitFor(
    () => {
      const spans = receiver.spans.filter((span) => span.traceId === traceId);
      expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
      return spans;
    },
    { timeout: 20_000, interval: 20 },
  );
}

/** The only span of a name. */
function only(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.filter((span) => span.name === name);
  const [span] = found;
  if (span === undefined || found.length > 1)
    throw new Error(`${found.length} spans are named ${name}: ${spans.map((one) => one.name).join(", ")}`);
  return span;
}

test("without an endpoint no span is made or sent, whatever trace a caller names", async () => {
  const stop = await startTracing({ traces: false, logLevel: "silent", redactPatterns: [] });
  const traceparent = `00-${"a1".repeat(16)}-${"b2".repeat(8)}-01`;
  const sent = { key: server.agentKey, body: { input: {} }, headers: { traceparent } };
  const answer = await server.send("POST", "/v1/actions/billing.list_invoices/invocations", sent);
  expect(answer.status).toBe(200);
  await stop();
  expect(receiver.spans).toEqual([]);
});

test("a call is one trace from the client over HTTP and the decision to its action", async () => {
  let id = "";
  const root = await order(async () => {
    const answer = await server.client(server.agentKey).invoke("billing.list_invoices", {}, { waitMs: 20_000 });
    expect(answer.status).toBe("executed");
    id = answer.id;
  });
  const spans = await spansOf(root.traceId, "order", "countersign execute", "POST /v1/actions/{name}/invocations");
  const client = only(spans, "countersign invoke billing.list_invoices");
  const http = only(spans, "POST /v1/actions/{name}/invocations");
  const decide = only(spans, "countersign decide");
  const execute = only(spans, "countersign execute");
  const run = only(spans, "countersign run billing.list_invoices");
  expect([client, http, decide, execute, run].map(({ parentSpanId }) => parentSpanId)).toEqual([
    ...[root.spanId, client.spanId, http.spanId, http.spanId, execute.spanId],
  ]);
  const about = { "countersign.invocation": id, "countersign.action": "billing.list_invoices" };
  for (const span of [client, http, decide, execute, run]) expect(span.attributes).toMatchObject(about);
  expect(decide.attributes).toMatchObject({
    ...{ "countersign.tenant": "default", "countersign.effect": "allow", "countersign.attempt": 1 },
    "temporal.workflow.id": `guard:default:${id}`,
  });
  expect(execute.attributes).toMatchObject({ "countersign.status": "executed" });
  expect(http.attributes).toMatchObject({ "http.response.status_code": 200 });
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(["shop"]));
});

test("a call that people approve later stays in the trace of the request that made it", async () => {
  let id = "";
  const asked = await order(async () => {
    const input = { invoiceId: "inv_1", amountCents: 4_321 };
    const answer = await server.client(server.agentKey).invoke("billing.issue_refund", input);
    expect(answer.status).toBe("pending");
    id = answer.id;
  });
  const voted = await order(async () => {
    await server.client(server.approverKey).approvals.approve(id, { reason: "As agreed" });
    const done = await server.client(server.agentKey).invocations.wait(id, { timeoutMs: 20_000 });
    expect(done.status).toBe("executed");
  });
  const spans = await spansOf(asked.traceId, "order", "countersign execute", "countersign record votes");
  const http = only(spans, "POST /v1/actions/{name}/invocations");
  const execute = only(spans, "countersign execute");
  expect(only(spans, "countersign decide").attributes).toMatchObject({ "countersign.effect": "require_approval" });
  expect([only(spans, "countersign record votes").parentSpanId, execute.parentSpanId]).toEqual([
    ...[http.spanId, http.spanId],
  ]);
  expect(only(spans, "countersign run billing.issue_refund").parentSpanId).toBe(execute.spanId);
  // What a vote sets going belongs to the call; the vote's own request to whoever voted.
  expect((await spansOf(voted.traceId, "order")).map(({ name }) => name)).not.toContain("countersign execute");
  expect(receiver.text()).not.toMatch(/4321|As agreed|inv_1/);
});

test("what goes wrong is told as a code, without a message", async () => {
  const { traceId } = await order(async () => {
    const answer = await server.client(server.agentKey).invoke("test.doubtful", {}, { waitMs: 20_000 });
    expect(answer.status).toBe("uncertain");
  });
  const spans = await spansOf(traceId, "countersign execute", "countersign run test.doubtful");
  expect(only(spans, "countersign run test.doubtful").fault).toBe("Error");
  expect(only(spans, "countersign execute").attributes).toMatchObject({ "countersign.status": "uncertain" });
  expect(receiver.text()).not.toContain("Socket hang up");
});
