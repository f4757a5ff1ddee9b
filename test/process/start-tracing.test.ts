import { trace } from "@opentelemetry/api";
import { afterEach, expect, test, vi } from "vitest";
import { startTracing } from "../../src/process/start-tracing.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";

const config = { traces: true, logLevel: "silent", redactPatterns: [] } as const;

afterEach(() => vi.unstubAllEnvs());

test("startTracing() sends what was traced under the service's name when it is stopped", async () => {
  const receiver = await startOtlpReceiver();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint);
  vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test");
  const stop = await startTracing(config);
  trace.getTracer("t").startSpan("one").end();
  await stop();
  expect(receiver.spans).toMatchObject([{ name: "one", service: "countersign" }]);
  expect(receiver.text()).toContain("deployment.environment");
  trace.getTracer("t").startSpan("after the end").end();
  expect(receiver.spans.length).toBe(1);
  await receiver.close();
});

test("startTracing() samples as OpenTelemetry's own variables say", async () => {
  const receiver = await startOtlpReceiver();
  vi.stubEnv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", `${receiver.endpoint}/v1/traces`);
  vi.stubEnv("OTEL_TRACES_SAMPLER", "always_off");
  const stop = await startTracing(config);
  trace.getTracer("t").startSpan("one").end();
  await stop();
  expect(receiver.spans).toEqual([]);
  await receiver.close();
});

test("startTracing() lets a process end in time though its collector is away", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
  const stop = await startTracing(config);
  trace.getTracer("t").startSpan("one").end();
  const beganAtMs = performance.now();
  await stop();
  expect(performance.now() - beganAtMs).toBeLessThan(5_000);
});

test("startTracing() makes nothing where no endpoint is named", async () => {
  const stop = await startTracing({ ...config, traces: false });
  expect(trace.getTracer("t").startSpan("one").isRecording()).toBe(false);
  await stop();
});
