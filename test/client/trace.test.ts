import { context, propagation, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterEach, describe, expect, it } from "vitest";
import { traceCall } from "../../src/client/trace.ts";
import { CountersignError } from "../../src/core/countersign-error.ts";

const exporter = new InMemorySpanExporter();
const answer = { id: "ivn_1", status: "executed" };

afterEach(() => {
  for (const api of [trace, context, propagation]) api.disable();
  exporter.reset();
});

/** As an application sets it up. */
function setUp(): void {
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
}

describe("traceCall()", () => {
  it("sends nothing besides where the application hasn't set up OpenTelemetry", async () => {
    expect(await traceCall("billing.pay", async (headers) => ({ ...answer, headers }))).toEqual({
      ...answer,
      headers: {},
    });
  });

  it("is a span beneath the application's, and names itself to the server", async () => {
    setUp();
    const parent = trace.getTracer("shop").startSpan("order");
    const { headers } = await context.with(trace.setSpan(context.active(), parent), () =>
      traceCall("billing.pay", async (sent) => ({ ...answer, headers: sent })),
    );
    const [span] = exporter.getFinishedSpans();
    expect(span?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(headers["traceparent"]).toBe(`00-${parent.spanContext().traceId}-${span?.spanContext().spanId}-01`);
    expect([span?.name, span?.attributes]).toEqual([
      "countersign invoke billing.pay",
      { "countersign.action": "billing.pay", "countersign.invocation": "ivn_1", "countersign.status": "executed" },
    ]);
  });

  it("tells of a fault its code, not its message", async () => {
    setUp();
    const error = new CountersignError("not_found", "There is no card 4111");
    await expect(traceCall("a", () => Promise.reject(error))).rejects.toBe(error);
    await expect(traceCall("b", () => Promise.reject(new Error("4111")))).rejects.toThrow("4111");
    expect(exporter.getFinishedSpans().map(({ status, events }) => [status, events])).toEqual([
      ...["not_found", "unknown"].map((message) => [{ code: 2, message }, []]),
    ]);
  });
});
