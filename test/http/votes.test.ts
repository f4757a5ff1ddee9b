import { expect, test } from "vitest";
import { CountersignError } from "../../src/core/countersign-error.ts";
import type { AddressedBallot, Gateway } from "../../src/gateway/gateway.ts";
import { createApp } from "../../src/http/index.ts";

const ID = "ivn_00000000000000000000000000";
const APPROVAL = { id: ID, status: "pending" } as never;

/** Stands in for the part of the application service that needs runs: says what it was handed, and how each vote ended. */
function openVotes() {
  const seen: AddressedBallot[] = [];
  const principal = { tenant: "default", subject: "ada", kind: "user" as const, roles: [], groups: [], scopes: [] };
  const gateway: Partial<Gateway> = {
    authenticate: () => Promise.resolve({ principal, permissions: new Set(["approve" as const]) }),
    vote: async (_caller, id, ballot) => {
      seen.push({ ...ballot, id });
      return { approval: APPROVAL, confirmed: true };
    },
    voteBatch: async (_caller, votes) => {
      seen.push(...votes);
      const details = { resolution: { status: "rejected" } };
      return votes.map(({ id }, index) =>
        index === 2
          ? { id, error: new CountersignError("already_resolved", "Too late", { details }) }
          : { id, answer: { approval: APPROVAL, confirmed: index === 0 } },
      );
    },
  };
  const app = createApp(gateway as Gateway);
  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json", "idempotency-key": "k" };
    const response = await app.request(path, { method: "POST", body: JSON.stringify(body), headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { seen, post };
}

test.each([
  ["votes", { decision: "approve" }],
  ["approve", {}],
])("POST of %s hands on edit and grant as they were sent", async (verb, decision) => {
  const { seen, post } = openVotes();
  const edit = { "/amountCents": 400, "/tags/-": null };
  const grant = { uses: 3, expiresIn: "1h", scope: "run", bounds: { "/amountCents": { lte: 100 } } };
  for (const extra of [{ edit }, { grant }]) {
    const { status } = await post(`/v1/approvals/${ID}/${verb}`, { ...decision, ...extra, reason: "Fine" });
    expect(status).toBe(200);
    expect(seen.at(-1)).toEqual({ id: ID, decision: "approve", reason: "Fine", idempotencyKey: "k", ...extra });
  }
});

test.each([
  ["an edit that is a list", { edit: [1] }],
  ["a grant without uses", { grant: { expiresIn: "1h" } }],
  ["a grant of no use", { grant: { uses: 0, expiresIn: "1h" } }],
  ["a grant for everybody", { grant: { uses: 1, expiresIn: "1h", scope: "tenant" } }],
  ["a grant with a word that nobody knows", { grant: { uses: 1, expiresIn: "1h", forever: true } }],
])("POST of votes answers 422 to %s", async (_what, extra) => {
  const { seen, post } = openVotes();
  const { status, body } = await post(`/v1/approvals/${ID}/votes`, { decision: "approve", ...extra });
  expect([status, body["code"], seen]).toEqual([422, "invalid_request", []]);
});

test("POST /v1/approvals/batch answers 200 with each vote's own status, approval or problem", async () => {
  const { seen, post } = openVotes();
  const votes = [
    { id: ID, decision: "approve", digest: "d", idempotencyKey: "one" },
    { id: "anything", decision: "reject", reason: "No" },
    { id: ID, decision: "approve", edit: { "/amountCents": 400 } },
  ];
  const { status, body } = await post("/v1/approvals/batch", { votes });
  expect([status, seen]).toEqual([200, votes]);
  expect(body).toEqual({
    items: [
      { id: ID, status: 200, approval: APPROVAL },
      { id: "anything", status: 202, approval: APPROVAL },
      {
        ...{ id: ID, status: 409 },
        error: {
          ...{ code: "already_resolved", message: "Too late", retryable: false },
          details: { resolution: { status: "rejected" } },
        },
      },
    ],
  });
});

test.each([
  ["no votes", { votes: [] }],
  ["more than 100", { votes: Array.from({ length: 101 }, () => ({ id: ID, decision: "approve" })) }],
  ["a vote without an id", { votes: [{ decision: "approve" }] }],
  ["a vote without a decision", { votes: [{ id: ID }] }],
  ["a decision that is none", { votes: [{ id: ID, decision: "abstain" }] }],
  ["a word that nobody knows", { votes: [{ id: ID, decision: "approve", onBehalfOf: "ben" }] }],
])("POST /v1/approvals/batch answers 422 to %s", async (_what, sent) => {
  const { seen, post } = openVotes();
  const { status, body } = await post("/v1/approvals/batch", sent);
  expect([status, body["code"], seen]).toEqual([422, "invalid_request", []]);
});
