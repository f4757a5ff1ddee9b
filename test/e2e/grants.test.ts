import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GrantRequest, GrantView } from "../../src/contract/grants.ts";
import type { Client, Invocation } from "../../src/index.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let agent: Client;
let approver: Client;

beforeAll(async () => {
  server = await startServer();
  agent = server.client(server.agentKey);
  approver = server.client(server.approverKey);
});
afterAll(() => server.close());
beforeEach(async () => {
  for (const { id, status } of (await approver.grants.list()).items) {
    if (status === "active") await approver.grants.revoke(id);
  }
});

function refund(amountCents: number, options: { readonly run?: string } = {}): Promise<Invocation> {
  return agent.invoke("billing.issue_refund", { invoiceId: "inv_1", amountCents }, options);
}

/** Has a refund of 50 approved together with those that the grant covers. */
async function issueGrant(grant: Partial<GrantRequest>, options: { readonly run?: string } = {}): Promise<GrantView> {
  const { id, status } = await refund(50, options);
  expect(status).toBe("pending");
  const bounds = { "/amountCents": { lte: 100 } };
  const body = { decision: "approve", grant: { uses: 3, expiresIn: "1h", bounds, ...grant } };
  expect(await server.send("POST", `/v1/approvals/${id}/votes`, { key: server.approverKey, body })).toMatchObject({
    status: 200,
  });
  await agent.invocations.wait(id);
  const [issued] = (await approver.grants.list({ actor: "demo-agent" })).items;
  if (issued === undefined) throw new Error("No grant was issued");
  expect(issued).toMatchObject({ invocation: id, status: "active", used: 0, issuedBy: "demo-approver" });
  return issued;
}

async function eventsOf(id: string, type: string) {
  return (await agent.invocations.events(id)).filter((event) => event.type === type);
}

describe("A grant", () => {
  it("lets later calls within its bounds pass without a question, each use on record", async () => {
    const { id } = await issueGrant({ uses: 2 });
    const covered = await refund(100);
    expect(covered).toMatchObject({ status: "executed", verdict: { effect: "allow" } });
    expect(await eventsOf(covered.id, "grant.used")).toMatchObject([{ data: { grant: id, by: "demo-approver" } }]);
    expect((await refund(101)).status).toBe("pending");
    expect((await refund(1)).status).toBe("executed");
    expect(await approver.grants.get(id)).toMatchObject({ status: "used_up", used: 2 });
    expect((await refund(1)).status).toBe("pending");
    await expect(approver.grants.revoke(id)).rejects.toMatchObject({ code: "already_final" });
  });

  it("is used as often as it says by calls that come at once", async () => {
    const { id } = await issueGrant({ uses: 3 });
    const calls = await Promise.all(Array.from({ length: 8 }, (_, index) => refund(index + 1)));
    const statuses = calls.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array(3).fill("executed"), ...Array(5).fill("pending")]);
    expect(await approver.grants.get(id)).toMatchObject({ status: "used_up", used: 3 });
  });

  it("covers nothing once it is revoked, or for another actor or run", async () => {
    const grant = await issueGrant({ scope: "run" }, { run: "monday" });
    expect(grant).toMatchObject({ scope: "run", run: "monday" });
    expect((await refund(1)).status).toBe("pending");
    expect((await refund(1, { run: "tuesday" })).status).toBe("pending");
    expect((await refund(1, { run: "monday" })).status).toBe("executed");
    const other = await server.createKey({ subject: "other-agent", scopes: ["finance"] });
    const input = { invoiceId: "inv_1", amountCents: 1 };
    const theirs = await server.client(other.key).invoke("billing.issue_refund", input, { run: "monday" });
    expect(theirs.status).toBe("pending");
    await approver.grants.revoke(grant.id);
    expect((await refund(1, { run: "monday" })).status).toBe("pending");
  });

  it("is refused with its vote when it can't be read", async () => {
    const { id } = await refund(50);
    for (const grant of [
      { uses: 1, expiresIn: "soon" },
      { uses: 1, expiresIn: "1h", bounds: { amountCents: { lte: 1 } } },
    ]) {
      const sent = { key: server.approverKey, body: { decision: "approve", grant } };
      const { status, body } = await server.send("POST", `/v1/approvals/${id}/votes`, sent);
      expect([status, body["code"]]).toEqual([422, "invalid_request"]);
    }
    expect(await approver.approvals.get(id)).toMatchObject({ status: "pending", votes: [] });
  });
});
