import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createMetrics } from "../../src/adapters/metrics.ts";
import { createTracing } from "../../src/adapters/tracing.ts";
import { currentScope } from "../../src/adapters/call-scope.ts";
import type { AnsweredRequest, Log, TracedWork } from "../../src/gateway/ports.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

const TRACE = "a1".repeat(16);
const traceparent = (trace: string, span = "b2"): string => `00-${trace}-${span.repeat(8)}-01`;

let store: TestStore;
let http: TestApp;
const answered: AnsweredRequest[] = [];
const traced: TracedWork[] = [];
const log = vi.fn<Log>();

beforeAll(async () => {
  store = await openTestStore();
  const tracing = createTracing();
  http = openTestApp(store, {
    log,
    metrics: { ...createMetrics(), answered: (request) => answered.push(request) },
    tracing: {
      ...tracing,
      trace: (work, task) => {
        traced.push(work);
        return tracing.trace(work, task);
      },
    },
  });
  await publishEcho(store);
});
afterAll(async () => {
  http.close();
  await store.close();
});
beforeEach(() => {
  for (const list of [answered, traced]) list.length = 0;
  log.mockClear();
});

describe("createRequestObserver()", () => {
  it("counts by the pattern of the route, whatever the path says", async () => {
    await http.send("GET", "/v1/invocations/ivn_secret");
    await http.send("GET", "/v1/nothing/at/all");
    await http.send("GET", "/healthz");
    await http.send("GET", "/v1/actions", { key: "" });
    expect(answered.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
      ...["GET /v1/invocations/{id} 404", "GET unknown 404", "GET /healthz 200", "GET /v1/actions 401"],
    ]);
    expect(answered.every(({ tookMs }) => tookMs >= 0 && tookMs < 60_000)).toBe(true);
  });

  it("logs each answer at level debug, without the path", async () => {
    const got = await http.send("GET", "/v1/invocations/ivn_secret");
    expect(log).toHaveBeenCalledWith("debug", "A request was answered", {
      requestId: got.headers.get("x-request-id"),
      ...{ method: "GET", route: "/v1/invocations/{id}", status: 404, tookMs: expect.any(Number) },
    });
    expect(JSON.stringify(log.mock.calls)).not.toContain("ivn_secret");
  });

  it("traces requests, and not the looks of whoever watches the process", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics", "/v1/actions"]) await http.send("GET", path);
    expect(traced).toMatchObject([{ name: "GET", kind: "server", attributes: { "http.request.method": "GET" } }]);
  });

  it("takes the trace that the request names, the last one where an instrumented fetch added its own", async () => {
    await http.send("GET", "/v1/actions", { headers: { traceparent: traceparent(TRACE) } });
    const both = `${traceparent(TRACE)}, ${traceparent(TRACE, "c3")}`;
    await http.send("GET", "/v1/actions", { headers: { traceparent: both } });
    expect(traced.map(({ traceParent }) => traceParent)).toEqual([traceparent(TRACE), traceparent(TRACE, "c3")]);
  });

  it("lets faults that are logged carry the ids of the request's trace", async () => {
    const scopes: unknown[] = [];
    log.mockImplementation(() => scopes.push(currentScope()?.trace));
    await http.send("GET", "/v1/actions", { headers: { traceparent: traceparent(TRACE) } });
    expect(scopes).toEqual([TRACE]);
  });
});
