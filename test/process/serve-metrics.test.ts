import { afterAll, beforeAll, expect, test } from "vitest";
import { createMetrics } from "../../src/adapters/metrics.ts";
import { serveMetrics } from "../../src/process/serve-metrics.ts";
import { ADMIN_KEY, createIdentityGateway, createKey, createPorts } from "../gateway/identity-gateway.ts";
import { readSamples } from "../support/metrics-text.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

test("serveMetrics() tells keys with operator what was counted, and answers nothing else", async () => {
  const ports = { ...createPorts(store), metrics: createMetrics() };
  ports.metrics.refused({ guard: "attempts", code: "attempts_exceeded" });
  const server = await serveMetrics({ port: 0 });
  server.serve(ports);
  const ask = (path: string, key: string) =>
    fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  const identity = createIdentityGateway(ports);
  const operator = await createKey(identity, { subject: "scraper", kind: "service", permissions: ["operator"] });
  for (const key of [operator, ADMIN_KEY]) {
    const samples = readSamples(await (await ask("/metrics", key)).text());
    expect(samples.get('countersign_guard_refusals_total{guard="attempts",code="attempts_exceeded"}')).toBe(1);
  }
  expect((await ask("/metrics", await createKey(identity, { permissions: ["admin"] }))).status).toBe(403);
  expect((await ask("/metrics", "wrong")).status).toBe(401);
  expect((await ask("/v1/actions", ADMIN_KEY)).status).toBe(404);
  await server.close();
  await expect(ask("/metrics", ADMIN_KEY)).rejects.toThrow("fetch failed");
});

test("serveMetrics() tells everybody that the process lives, also before it has anything to count", async () => {
  const server = await serveMetrics({ port: 0 });
  const statusOf = async (path: string): Promise<number> => (await fetch(`${server.url}${path}`)).status;
  expect(await statusOf("/healthz")).toBe(200);
  expect(await statusOf("/metrics")).toBe(503);
  server.serve(createPorts(store));
  expect(await statusOf("/healthz")).toBe(200);
  expect(await statusOf("/metrics")).toBe(401);
  await server.close();
});

test("serveMetrics() rejects as unavailable where the port is taken", async () => {
  const server = await serveMetrics({ port: 0 });
  const second = serveMetrics({ port: Number(new URL(server.url).port) });
  await expect(second).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("for metrics") });
  await server.close();
});
