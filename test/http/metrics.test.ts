import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMetrics } from "../../src/adapters/metrics.ts";
import { createGateway, type OpenGateway } from "../../src/gateway/create-gateway.ts";
import { createApp } from "../../src/http/index.ts";
import { ADMIN_KEY, createKey, createPorts } from "../gateway/identity-gateway.ts";
import { readSamples } from "../support/metrics-text.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

let store: TestStore;
let opened: OpenGateway;
const metrics = createMetrics();

beforeAll(async () => {
  store = await openTestStore();
  opened = createGateway({ ...createPorts(store), metrics });
});
afterAll(async () => {
  opened.close();
  await store.close();
});
beforeEach(() => store.truncateAll());

function ask(key: string | undefined, { gateway } = opened, path = "/metrics") {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return createApp(gateway).request(path, { headers });
}

describe("GET /metrics", () => {
  it("answers Prometheus' text format with what guards refused and what the process tells of itself", async () => {
    metrics.refused({ guard: "rate", code: "rate_limited" });
    const answer = await ask(ADMIN_KEY);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const samples = readSamples(await answer.text());
    expect(samples.get('countersign_guard_refusals_total{guard="rate",code="rate_limited"}')).toBe(1);
    expect(samples.get("countersign_stuck_calls")).toBe(0);
    expect(samples.get("process_resident_memory_bytes")).toBeGreaterThan(0);
  });

  it("takes query parameters that a scraper adds", async () => {
    expect((await ask(ADMIN_KEY, opened, "/metrics?format=prometheus")).status).toBe(200);
  });

  it("answers 401 without a key and 403 without operator", async () => {
    const anonymous = await ask(undefined);
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get("www-authenticate")).toMatch(/^Bearer/);
    const answer = await ask(await createKey(opened.gateway, { permissions: ["admin"] }));
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: "forbidden", permission: "operator" }]);
  });

  it("answers 404 where a process counts nothing", async () => {
    const bare = createGateway(createPorts(store));
    const answer = await ask(ADMIN_KEY, bare);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: "not_found" }]);
    bare.close();
  });
});
