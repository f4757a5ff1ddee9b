import { expect, test } from "vitest";
import { createClient } from "../../src/client/create-client.ts";
import { startWireServer } from "./wire-server.ts";

test("approvals.stats() sends its bounds as query and gives the report", async () => {
  const report = { calls: 3, questions: 1, rules: [] };
  const server = await startWireServer({ status: 200, body: report });
  const { approvals } = createClient({ baseUrl: server.url, apiKey: "csk_test" });
  expect(await approvals.stats({ action: "a.b", createdAfter: "2026-01-01T00:00:00Z" })).toEqual(report);
  expect(await approvals.stats()).toEqual(report);
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /v1/approvals/stats?action=a.b&createdAfter=2026-01-01T00%3A00%3A00Z",
    "GET /v1/approvals/stats",
  ]);
});
