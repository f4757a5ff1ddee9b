import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalView } from "../../src/contract/approval.ts";
import type { Client } from "../../src/index.ts";
import { startServer, type TestServer } from "./server.ts";

const POLICY = `
version: 1
default: deny
fatigue: { requester: { open: 4 } }
rules:
  - name: refunds
    match: { action: billing.issue_refund }
    effect: require_approval
    reason: Money leaves
    approval:
      stages:
        - name: finance
          approvers: [group:finance]
          approve: 2
          remind_every: 4h
          escalate: [{ after: 8h, to: [role:lead], notify: [user:cfo] }]
        - { name: board, approvers: ["group:finance", "group:board"], decide_by: 1h }
      exclude: [previous_stage]
      decide_by: 72h
      execute_by: 1h
      edit: { allow: [/amountCents] }
  - name: payments
    match: { action: billing.mark_invoice_paid }
    effect: require_approval
    approval: { approvers: [group:nobody] }
`;

let server: TestServer;
let agent: Client;
let finance: readonly [Client, Client];
let board: Client;

beforeAll(async () => {
  server = await startServer();
  agent = server.client(server.agentKey);
  const [ben, bea] = await Promise.all(
    [
      ["ben", "finance"],
      ["bea", "board"],
      ["cleo", "finance"],
    ].map(([subject = "", group = ""]) =>
      server.createKey({ subject, kind: "user", groups: [group], permissions: ["approve", "read"] }),
    ),
  );
  finance = [server.client(server.approverKey), server.client(ben?.key ?? "")];
  board = server.client(bea?.key ?? "");
  await putPolicy();
});
afterAll(() => server.close());

function putPolicy() {
  const headers = { "content-type": "application/yaml" };
  return server.send("PUT", "/v1/policy", { key: server.adminKey, body: POLICY, headers });
}

async function ask(amountCents = 500): Promise<string> {
  const { id, status } = await agent.invoke("billing.issue_refund", { invoiceId: "inv_2", amountCents });
  expect(status).toBe("pending");
  return id;
}

describe("An approval of two stages", () => {
  it("shows on one look what is asked, of whom, and what comes of yes, no and silence, and runs once all have agreed", async () => {
    const id = await ask();
    const view = await finance[0].approvals.get(id);
    expect(view).toMatchObject({ stage: 0, thresholds: { approve: 2, deny: 1 }, why: "Money leaves", risk: "high" });
    expect(view.stages).toMatchObject([
      { name: "finance", status: "open", tally: { approve: 0 }, escalations: [{ to: ["role:lead"], done: false }] },
      { name: "board", status: "waiting" },
    ]);
    expect(Date.parse(view.stages[0]?.remindAt ?? "") - Date.parse(view.openedAt)).toBe(4 * 3_600_000);
    expect(view.outlook?.onSilence.at).toBe(view.decideBy);
    await finance[0].approvals.approve(id, { digest: view.digest });
    await finance[1].approvals.approve(id);
    await expect(finance[1].approvals.approve(id)).rejects.toMatchObject({ code: "not_an_approver" });
    expect(await board.approvals.approve(id)).toMatchObject({ status: "approved" });
    expect(await agent.invocations.wait(id)).toMatchObject({ status: "executed" });
    expect((await board.approvals.get(id)).resolution?.by).toHaveLength(3);
  });

  it("asks the others again about an edited input, which its editor can't approve", async () => {
    const id = await ask(900);
    const edited = await finance[0].approvals.vote(id, "approve", { edit: { "/amountCents": 400 } });
    expect(edited).toMatchObject({ status: "pending", round: 2, input: { amountCents: 400 }, tally: { approve: 0 } });
    expect(edited.revisions).toMatchObject([{ changes: [{ pointer: "/amountCents", from: 900, to: 400 }] }]);
    await expect(finance[0].approvals.approve(id)).rejects.toMatchObject({ code: "self_approval" });
    const outside = finance[1].approvals.vote(id, "approve", { edit: { "/invoiceId": "inv_3" } });
    await expect(outside).rejects.toMatchObject({ code: "forbidden" });
    await finance[1].approvals.reject(id, { reason: "Too much" });
    expect(await agent.invocations.wait(id)).toMatchObject({ status: "rejected" });
  });
});

describe("POST /v1/approvals/batch", () => {
  it("answers each vote by itself", async () => {
    const [one, other] = [await ask(), await ask()];
    const answers = await finance[0].approvals.batch([
      { id: one, decision: "approve" },
      { id: "ivn_none", decision: "approve" },
      { id: other, decision: "reject", reason: "No" },
      { id: other, decision: "approve" },
    ]);
    expect(answers.map(({ status, error }) => [status, error?.code])).toEqual([
      [200, undefined],
      [404, "not_found"],
      [200, undefined],
      [409, "already_resolved"],
    ]);
    await finance[1].approvals.reject(one);
  });
});

describe("Terms that nobody can meet", () => {
  it("are warned of when they are published", async () => {
    const { status, body } = await putPolicy();
    expect(status).toBe(200);
    expect(body["warnings"]).toEqual([
      'Nobody has the role lead, which is named by the rule "refunds"',
      'Nobody has the group nobody, which is named by the rule "payments"',
    ]);
  });

  it("deny the call and say why", async () => {
    const call = await agent.invoke("billing.mark_invoice_paid", { invoiceId: "inv_2" });
    expect(call).toMatchObject({ status: "denied", error: { code: "unsatisfiable_approval" } });
    expect(call.status === "denied" ? call.error.message : "").toContain("group:nobody");
  });
});

describe("Limits on requests", () => {
  it("refuse one more before anybody is asked, and the report tells what was asked", async () => {
    const open = [await ask(), await ask(), await ask(), await ask()];
    const refused = await agent.invoke("billing.issue_refund", { invoiceId: "inv_2", amountCents: 1 });
    expect(refused).toMatchObject({ status: "denied", error: { code: "rate_limited", details: { guard: "fatigue" } } });
    for (const id of open) await finance[0].approvals.reject(id);
    const stats = await server.client(server.adminKey).approvals.stats();
    expect(stats.rules).toMatchObject([{ rule: "refunds", rejected: 7, approved: 1, alwaysApproved: false }]);
    const page = await finance[0].approvals.list({ status: "rejected" });
    expect(page.items.every(({ resolution }: ApprovalView) => resolution?.status === "rejected")).toBe(true);
  });
});
