import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { actions } from "../../examples/billing/actions.ts";
import { createClient, defineAction } from "../../src/index.ts";
import { type Embedded, startEmbedded } from "../../src/embedded/index.ts";

// As a caller's code would have it: the schemas without the function.
const refund = defineAction({
  name: "billing.issue_refund",
  description: "Refunds",
  input: z.object({ invoiceId: z.string(), amountCents: z.int() }),
  output: z.object({ refundId: z.string() }),
  run: () => ({ refundId: "only the worker runs it" }),
});

describe("createClient() against a real server", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "countersign-client-"));
  let server: Embedded;

  beforeAll(async () => {
    vi.stubEnv("COUNTERSIGN_BILLING_FILE", join(dataDir, "billing.jsonl"));
    const policyFile = new URL("../../examples/billing/policy.yaml", import.meta.url).pathname;
    server = await startEmbedded({ actions, policyFile, dataDir, port: 0, logLevel: "silent", demo: true });
  });

  afterAll(async () => {
    await server.close();
    vi.unstubAllEnvs();
    rmSync(dataDir, { recursive: true, force: true });
  });

  function connect(key: "agent" | "approver" | "admin") {
    const apiKey = key === "admin" ? server.adminKey : server.demoKeys?.[key];
    return createClient({ baseUrl: server.url, apiKey });
  }

  test("invoke() gives an allowed call's output at once", async () => {
    const call = await connect("agent").invoke("billing.get_invoice", { invoiceId: "inv_2" });
    expect(call).toMatchObject({ status: "executed", output: { invoiceId: "inv_2", amountCents: 4_950 } });
  });

  test("run() waits for an approval and gives the output, once per key", async () => {
    const options = { idempotencyKey: "refund-inv_1" };
    const output = connect("agent").run(refund, { invoiceId: "inv_1", amountCents: 129_00 }, options);
    const approver = connect("approver");
    const id = await vi.waitFor(async () => {
      const [approval] = (await approver.approvals.list({ status: "pending", eligible: "me" })).items;
      if (approval === undefined) throw new Error("Nothing is pending yet");
      return approval.id;
    });
    expect(await approver.approvals.approve(id, { reason: "Checked" })).toMatchObject({ status: "approved" });
    const first = await output;
    expect(first.refundId).toMatch(/^re_[0-9a-f]{16}$/);
    const again = await connect("agent").invoke(refund, { invoiceId: "inv_1", amountCents: 129_00 }, options);
    expect(again).toMatchObject({ id, status: "executed", replayed: true, output: first });
    await expect(
      connect("agent").invoke(refund, { invoiceId: "inv_1", amountCents: 1 }, options),
    ).rejects.toMatchObject({
      code: "idempotency_conflict",
      status: 409,
    });
  });

  test("run() throws what an approver's rejection means", async () => {
    const agent = connect("agent");
    const call = await agent.invoke(refund, { invoiceId: "inv_3", amountCents: 1 }, { idempotencyKey: "refund-inv_3" });
    await connect("approver").approvals.reject(call.id, { reason: "No" });
    const failure = agent.run(refund, { invoiceId: "inv_3", amountCents: 1 }, { idempotencyKey: "refund-inv_3" });
    await expect(failure).rejects.toMatchObject({
      code: "approval_rejected",
      invocation: { id: call.id, status: "rejected" },
    });
  });

  test("run() throws the message of an action that refuses", async () => {
    const failure = connect("agent").run("billing.get_invoice", { invoiceId: "inv_9" });
    await expect(failure).rejects.toMatchObject({
      code: "action_failed",
      message: expect.stringContaining("No such invoice"),
    });
  });

  test("guard() wraps the refund, and cancel() ends it", async () => {
    const agent = connect("agent");
    const guarded = agent.guard(refund, { idempotencyKey: () => "refund-canceled" });
    const outcome = expect(guarded({ invoiceId: "inv_2", amountCents: 5 })).rejects.toMatchObject({
      code: "invocation_canceled",
    });
    const id = await vi.waitFor(async () => {
      const { items } = await agent.invocations.list({ idempotencyKey: "refund-canceled", status: "pending" });
      return z.string().parse(items[0]?.id);
    });
    expect(await agent.invocations.cancel(id, { reason: "Changed my mind" })).toMatchObject({ id });
    await outcome;
  });

  test("every other resource answers as typed", async () => {
    const admin = connect("admin");
    expect((await admin.actions.list()).map(({ name }) => name)).toContain("billing.issue_refund");
    expect(await admin.actions.get("billing.issue_refund")).toMatchObject({
      risk: "high",
      requiredScopes: ["finance"],
    });
    const verdict = await admin.policy.evaluate({ action: "billing.get_invoice", input: {} });
    expect(verdict).toMatchObject({ effect: "allow", rule: "anyone may look at invoices" });
    const { version, document } = await admin.policy.get();
    expect((await admin.policy.put(document)).document).toBe(document);
    expect((await admin.policy.versions()).items.map((policy) => policy.version)).toContain(version);
    const key = await admin.keys.create({ subject: "ada", kind: "user", permissions: ["read"] });
    expect(await admin.keys.revoke(key.id)).toMatchObject({ id: key.id, revokedAt: expect.any(String) });
    expect((await admin.keys.list({ limit: 1 })).items).toHaveLength(1);
    await expect(createClient({ baseUrl: server.url, apiKey: key.key }).actions.list()).rejects.toMatchObject({
      code: "unauthenticated",
    });
    const call = await admin.invoke("billing.list_invoices", {});
    expect((await admin.invocations.events(call.id)).map(({ type }) => type)).toContain("invocation.closed");
    expect((await admin.invocations.stats({ action: "billing.list_invoices" })).byStatus).toMatchObject({
      executed: 1,
    });
    expect((await admin.audit.list({ invocation: call.id, limit: 1 })).items[0]).toMatchObject({ invocation: call.id });
    await expect(admin.invocations.reconcile(call.id, { outcome: "failed", note: "No" })).rejects.toMatchObject({
      code: "already_final",
    });
  });
});
