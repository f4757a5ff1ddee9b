import { afterAll, beforeAll, expect, test } from "vitest";
import { readSamples } from "../support/metrics-text.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
}, 120_000);
afterAll(() => server.close());

test("GET /metrics tells what calls came to, how long they took, what waits, and what the worker does", async () => {
  const agent = server.client(server.agentKey);
  await agent.run("billing.list_invoices", {});
  const asked = await agent.invoke("billing.issue_refund", { invoiceId: "inv_1", amountCents: 500 });
  const waiting = readSamples((await server.send("GET", "/metrics")).text);
  expect(waiting.get("countersign_open_approvals")).toBe(1);
  expect(waiting.get("countersign_overdue_approvals")).toBe(0);
  await server.client(server.approverKey).approvals.approve(asked.id);
  await agent.invocations.wait(asked.id, { timeoutMs: 20_000 });
  const samples = readSamples((await server.send("GET", "/metrics")).text);
  expect(Object.fromEntries(samples)).toMatchObject({
    'countersign_decisions_total{effect="allow"}': 1,
    'countersign_decisions_total{effect="require_approval"}': 1,
    'countersign_invocations_closed_total{status="executed"}': 2,
    countersign_decision_seconds_count: 2,
    countersign_vote_to_execution_seconds_count: 1,
    countersign_audit_failures_total: 0,
    countersign_outbox_lag_events: 0,
    'countersign_http_requests_total{method="POST",route="/v1/approvals/{id}/votes",status="200"}': 1,
    'countersign_worker_slots{kind="activity",state="used"}': 0,
  });
  expect(samples.get("countersign_vote_to_execution_seconds_sum")).toBeLessThan(20);
});

test("GET /readyz tells of each part, and no key is needed", async () => {
  const { status, body } = await server.send("GET", "/readyz", { key: "" });
  expect([status, body["ready"]]).toEqual([200, true]);
  const parts = ["process", "store", "schema", "temporal", "searchAttributes", "manifests", "policy", "workers"];
  expect(body["parts"]).toEqual(Object.fromEntries(parts.map((part) => [part, { ready: true }])));
});
