import type { InvocationView } from "../../src/contract/invocation.ts";

/** An invocation as the server shows it, in the status that a test needs. */
export function buildView(changes: Partial<InvocationView> = {}): InvocationView {
  return {
    id: "ivn_1",
    tenant: "default",
    action: "billing.issue_refund",
    actionVersion: "0123456789abcdef",
    actor: "demo-agent",
    status: "executed",
    input: { invoiceId: "inv_1" },
    digest: "0".repeat(64),
    attempts: 1,
    createdAt: "2026-01-01T00:00:00.000Z",
    temporalUiUrl: "http://127.0.0.1:8233/",
    ...changes,
  };
}

/** A pending invocation, with its approval. */
export function buildPendingView(): InvocationView {
  const approval = { status: "pending" as const, approvers: ["group:finance"], decideBy: "2026-01-02T00:00:00.000Z" };
  return buildView({ status: "pending", attempts: 0, approval });
}

/** A problem document. */
export function buildProblem(status: number, code: string, extension: Readonly<Record<string, unknown>> = {}) {
  const document = { type: "about:blank", title: code, status, detail: `Because of ${code}`, code, retryable: false };
  return { status, body: { ...document, ...extension } };
}
