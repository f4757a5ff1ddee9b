import { context, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { scopeIds } from "../../src/adapters/call-scope.ts";
import { createTracing } from "../../src/adapters/tracing.ts";

const REMOTE = `00-${"a1".repeat(16)}-${"b2".repeat(8)}-01`;
const CALL = { tenant: "default", invocation: "ivn_1", action: "billing.pay" };

const exporter = new InMemorySpanExporter();
const spanNamed = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);

describe("createTracing() without a collector", () => {
  it("carries the ids of call and trace, and makes no span", async () => {
    const tracing = createTracing();
    await tracing.trace({ name: "decide", awaitsCall: true, invocation: "ivn_1" }, async () => {
      expect([scopeIds(), tracing.traceParent()]).toEqual([{ invocation: "ivn_1" }, undefined]);
      tracing.meet({ ...CALL, traceParent: REMOTE });
      expect(scopeIds()).toEqual({ invocation: "ivn_1", trace: "a1".repeat(16) });
      expect(tracing.traceParent()).toBe(REMOTE);
    });
    expect([scopeIds(), tracing.traceParent()]).toEqual([{}, undefined]);
  });

  it("begins no trace of its own", async () => {
    const tracing = createTracing();
    await tracing.trace({ name: "GET", kind: "server" }, async () => {
      tracing.meet(CALL);
      expect([scopeIds(), tracing.traceParent()]).toEqual([{ invocation: "ivn_1" }, undefined]);
    });
  });
});

describe("createTracing() with a collector", () => {
  const tracing = createTracing();

  beforeAll(() => {
    new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  });
  beforeEach(() => exporter.reset());
  afterAll(() => {
    for (const api of [trace, context]) api.disable();
  });

  it("puts work beneath the request that asked for it, and work in it beneath that", async () => {
    await tracing.trace({ name: "outer", kind: "server", traceParent: REMOTE }, async (outer) => {
      outer.rename("POST /v1");
      outer.note({ "http.route": "/v1", status: "executed" });
      await tracing.trace({ name: "inner", invocation: "ivn_1" }, async () => {
        expect(trace.getActiveSpan()?.spanContext().traceId).toBe("a1".repeat(16));
      });
    });
    const [outer, inner] = [spanNamed("POST /v1"), spanNamed("inner")];
    expect([outer?.parentSpanContext?.spanId, inner?.parentSpanContext?.spanId]).toEqual([
      ...["b2".repeat(8), outer?.spanContext().spanId],
    ]);
    expect(outer?.attributes).toMatchObject({ "http.route": "/v1", "countersign.status": "executed" });
    expect(inner?.attributes).toEqual({ "countersign.invocation": "ivn_1" });
  });

  it("lets work that awaits its call begin in that call's trace, from its own beginning on", async () => {
    const before = Date.now();
    await tracing.trace({ name: "decide", awaitsCall: true }, async () => {
      await vi.waitUntil(() => Date.now() > before + 5);
      tracing.meet({ ...CALL, traceParent: REMOTE });
      tracing.note({ effect: "allow" });
    });
    const span = spanNamed("decide");
    expect(span?.spanContext().traceId).toBe("a1".repeat(16));
    expect((span?.startTime[0] ?? 0) * 1_000 + (span?.startTime[1] ?? 0) / 1e6).toBeLessThanOrEqual(before + 5);
    expect(span?.attributes).toMatchObject({ "countersign.tenant": "default", "countersign.effect": "allow" });
  });

  it("lets work whose call was made without a trace, or never found, stand for itself", async () => {
    await tracing.trace({ name: "met", awaitsCall: true }, async () => tracing.meet({ ...CALL, traceParent: null }));
    await tracing.trace({ name: "unmet", awaitsCall: true }, async () => undefined);
    expect([spanNamed("met"), spanNamed("unmet")].map((span) => span?.parentSpanContext)).toEqual([
      ...[undefined, undefined],
    ]);
  });

  it("names no call for work that is about several", async () => {
    await tracing.trace({ name: "POST", kind: "server" }, async () => {
      tracing.meet(CALL);
      tracing.meet({ ...CALL, invocation: "ivn_2" });
      tracing.meet(CALL);
      expect(scopeIds()).not.toHaveProperty("invocation");
    });
  });

  it("tells of a fault its code, else its type, else its name, and never its message", async () => {
    const faults = { c: { code: "not_found" }, t: { type: "attempt_failed" }, n: {} };
    for (const [name, parts] of Object.entries(faults)) {
      const error = Object.assign(new RangeError("Card 4111 1111"), parts);
      await expect(tracing.trace({ name }, () => Promise.reject(error))).rejects.toBe(error);
    }
    expect(["c", "t", "n"].map((name) => spanNamed(name)?.status)).toEqual([
      ...["not_found", "attempt_failed", "RangeError"].map((message) => ({ code: 2, message })),
    ]);
    expect(JSON.stringify(exporter.getFinishedSpans().map(({ events, status }) => [events, status]))).not.toMatch(
      /4111/,
    );
  });

  it("prefers the span that instrumentation around it has made of the request", async () => {
    const around = trace.getTracer("http").startSpan("instrumented");
    await context.with(trace.setSpan(context.active(), around), () =>
      tracing.trace({ name: "POST", kind: "server", traceParent: REMOTE }, async () => undefined),
    );
    expect(spanNamed("POST")?.parentSpanContext?.spanId).toBe(around.spanContext().spanId);
  });
});
