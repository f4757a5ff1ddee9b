import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { Client } from "../../src/client/client.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let agent: Client;

beforeAll(async () => {
  server = await startServer();
  agent = server.client(server.agentKey);
});
afterAll(() => server.close());

test("POST /v1/invocations/{id}/reconcile lets an admin say what became of an uncertain call", async () => {
  const { id } = await agent.invoke("test.doubtful", {});
  const path = `/v1/invocations/${id}/reconcile`;
  const finding = { outcome: "executed", output: { receipt: "r7" }, note: "Seen at the bank" };
  expect(await server.send("POST", path, { key: server.agentKey, body: finding })).toMatchObject({ status: 403 });
  const unfit = await server.send("POST", path, { body: { ...finding, output: { receipt: 7 } } });
  expect(unfit).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  const reconciled = await server.send("POST", path, { body: finding });
  expect(reconciled).toMatchObject({ status: 200, body: { status: "executed", output: { receipt: "r7" } } });
  expect(await server.send("POST", path, { body: finding })).toMatchObject({
    status: 409,
    body: { code: "already_final" },
  });
  expect((await agent.invocations.events(id)).at(-1)).toMatchObject({
    type: "invocation.reconciled",
    principal: "admin",
  });
});

describe("POST /v1/invocations/{id}/reconcile { probe }", () => {
  it("lets the action's own code find out, which asks for its credentials, and shows none of them", async () => {
    const { id } = await agent.invoke("test.traced", { trace: "found" });
    const body = { probe: true, note: "The line was down" };
    const settled = await server.send("POST", `/v1/invocations/${id}/reconcile`, { body });
    expect(settled).toMatchObject({
      status: 200,
      body: { status: "executed", output: { receipt: "r7 by [redacted]" } },
    });
    expect((await agent.invocations.events(id)).at(-1)).toMatchObject({ principal: "admin", data: { by: "probe" } });
  });

  it("answers 202 while the probe can't tell, 422 to an action without one, 403 without admin", async () => {
    const { id } = await agent.invoke("test.traced", { trace: "lost" });
    const path = `/v1/invocations/${id}/reconcile`;
    const body = { probe: true, note: "The line was down" };
    expect(await server.send("POST", path, { body })).toMatchObject({ status: 202, body: { status: "uncertain" } });
    expect(await server.send("POST", path, { key: server.agentKey, body })).toMatchObject({ status: 403 });
    const mixed = { ...body, outcome: "failed" };
    expect(await server.send("POST", path, { body: mixed })).toMatchObject({ body: { code: "invalid_request" } });
    const other = await agent.invoke("test.doubtful", {});
    const refused = await server.send("POST", `/v1/invocations/${other.id}/reconcile`, { body });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: "invalid_request", detail: "The action has no probe" },
    });
  });
});
