import { expect, test } from "vitest";
import type { InvocationStatus, InvocationView } from "../../src/contract/invocation.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { createApp } from "../../src/http/index.ts";

const VIEW: InvocationView = {
  id: "ivn_00000000000000000000000000",
  tenant: "default",
  action: "a",
  actionVersion: "v1",
  actor: "ada",
  status: "executed",
  input: {},
  digest: "0".repeat(64),
  attempts: 1,
  createdAt: "2030-01-01T00:00:00.000Z",
};

/** Stands in for the parts of the application service that only a run could bring into every state. */
function appThatAnswers(view: InvocationView, confirmed = true): ReturnType<typeof createApp> {
  const principal = { tenant: "default", subject: "ada", kind: "user" as const, roles: [], groups: [], scopes: [] };
  const gateway: Partial<Gateway> = {
    authenticate: () => Promise.resolve({ principal, permissions: new Set(["admin" as const]) }),
    invoke: () => Promise.resolve(view),
    getInvocation: () => Promise.resolve(view),
    cancel: () => Promise.resolve({ invocation: view, confirmed }),
    vote: () => Promise.resolve({ approval: { id: view.id } as never, confirmed }),
  };
  return createApp(gateway as Gateway);
}

function post(app: ReturnType<typeof createApp>, path: string, body: unknown = {}): Promise<Response> | Response {
  return app.request(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
}

test.each<[InvocationStatus, number]>([
  ["executed", 200],
  ["accepted", 202],
  ["pending", 202],
  ["executing", 202],
])("answerInvocation() answers %s with %i and the view", async (status, expected) => {
  const response = await post(appThatAnswers({ ...VIEW, status }), "/v1/actions/a/invocations", { input: {} });
  expect([response.status, await response.json()]).toEqual([expected, { ...VIEW, status }]);
  expect(response.headers.get("location")).toBe(expected === 202 ? `/v1/invocations/${VIEW.id}` : null);
});

test.each<[InvocationStatus, number, string]>([
  ["denied", 403, "action_denied"],
  ["rejected", 403, "approval_rejected"],
  ["expired", 403, "approval_expired"],
  ["canceled", 403, "invocation_canceled"],
  ["failed", 502, "action_failed"],
  ["uncertain", 502, "outcome_uncertain"],
])("answerInvocation() answers %s with %i %s and the view in the problem", async (status, expected, code) => {
  const response = await post(appThatAnswers({ ...VIEW, status }), "/v1/actions/a/invocations", { input: {} });
  expect(response.status).toBe(expected);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ code, status: expected, invocation: { id: VIEW.id, status } });
});

test("answerInvocation() answers a refusal with the status of its own code", async () => {
  const error = { code: "rate_limited", message: "Too many calls", retryable: true };
  const response = await post(appThatAnswers({ ...VIEW, status: "denied", error }), "/v1/actions/a/invocations", {
    input: {},
  });
  expect([response.status, await response.json()]).toMatchObject([
    429,
    { code: "rate_limited", detail: "Too many calls", retryable: true },
  ]);
});

test("answerInvocation() tells when a refused call may pass, and the numbers behind it as extension members", async () => {
  const details = { limit: 3, scope: ["actor"], code: "forged", status: 200, invocation: "forged" };
  const error = { code: "rate_limited", message: "Too many calls", retryable: true, retryAfterMs: 1_500, details };
  const response = await post(appThatAnswers({ ...VIEW, status: "denied", error }), "/v1/actions/a/invocations", {
    input: {},
  });
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "2"]);
  expect(await response.json()).toMatchObject({
    ...{ code: "rate_limited", status: 429, retryAfterMs: 1_500, limit: 3, scope: ["actor"] },
    invocation: { id: VIEW.id, error },
  });
});

test("answerInvocation() tells the policy's reason for a denial", async () => {
  const verdict = { effect: "deny" as const, reason: "Not on Sundays", policyVersion: "1-0" };
  const response = await post(appThatAnswers({ ...VIEW, status: "denied", verdict }), "/v1/actions/a/invocations", {
    input: {},
  });
  expect(await response.json()).toMatchObject({ detail: "Not on Sundays" });
});

test.each(["executed", "failed", "denied", "uncertain"] as const)(
  "GET of an invocation answers 200 when it is %s",
  async (status) => {
    const app = appThatAnswers({ ...VIEW, status });
    expect((await app.request(`/v1/invocations/${VIEW.id}?waitMs=0`)).status).toBe(200);
  },
);

test.each(["cancel", "votes", "approve", "reject"])(
  "POST of %s answers 200 once confirmed and 202 before",
  async (verb) => {
    const path = `/v1/${verb === "cancel" ? "invocations" : "approvals"}/${VIEW.id}/${verb}`;
    const body = verb === "votes" ? { decision: "approve" } : {};
    expect((await post(appThatAnswers(VIEW), path, body)).status).toBe(200);
    expect((await post(appThatAnswers(VIEW, false), path, body)).status).toBe(202);
  },
);
