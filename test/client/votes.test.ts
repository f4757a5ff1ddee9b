import { expect, test } from "vitest";
import { createClient } from "../../src/client/create-client.ts";
import { buildProblem } from "./wire-answers.ts";
import { startWireServer } from "./wire-server.ts";

function connect(url: string) {
  return createClient({ baseUrl: url, apiKey: "csk_test", maxRetries: 0 }).approvals;
}

const APPROVAL = { id: "ivn_1", status: "pending", round: 2 };

test("approvals.approve() sends what is to be changed, and gives the approval of the round that it opened", async () => {
  const server = await startWireServer({ status: 200, body: APPROVAL });
  const edit = { "/amountCents": 400 };
  expect(await connect(server.url).approve("ivn_1", { edit, idempotencyKey: "k" })).toEqual(APPROVAL);
  expect(server.seen[0]).toMatchObject({
    url: "/v1/approvals/ivn_1/votes",
    headers: { "idempotency-key": "k" },
  });
  expect(server.seen[0]?.body).toStrictEqual({ decision: "approve", edit });
});

test("approvals.approve() sends the grant that goes with it", async () => {
  const server = await startWireServer({ status: 200, body: APPROVAL });
  const grant = { uses: 3, expiresIn: "1h", scope: "run" as const, bounds: { "/amountCents": { lte: 100 } } };
  await connect(server.url).approve("ivn_1", { grant });
  expect(server.seen[0]?.body).toStrictEqual({ decision: "approve", grant });
});

test("approvals.vote() rejects with the code of an edit that can't be taken, and what would be", async () => {
  const problem = buildProblem(403, "forbidden", { misplaced: ["/invoiceId"], editable: ["/amountCents"] });
  const server = await startWireServer(problem);
  const voting = connect(server.url).vote("ivn_1", "approve", { edit: { "/invoiceId": "inv_2" } });
  await expect(voting).rejects.toMatchObject({ code: "forbidden", details: { editable: ["/amountCents"] } });
});

test("approvals.batch() gives each vote's own answer and throws for none of them", async () => {
  const items = [
    { id: "ivn_1", status: 200, approval: APPROVAL },
    { id: "ivn_2", status: 409, error: { code: "already_resolved", message: "Too late", retryable: false } },
  ];
  const server = await startWireServer({ status: 200, body: { items } });
  const votes = [
    { id: "ivn_1", decision: "approve" as const, digest: "d", idempotencyKey: "k" },
    { id: "ivn_2", decision: "reject" as const, reason: "No" },
  ];
  expect(await connect(server.url).batch(votes)).toEqual(items);
  expect(server.seen).toMatchObject([{ method: "POST", url: "/v1/approvals/batch", body: { votes } }]);
});

test("approvals.batch() rejects when the request as a whole is refused", async () => {
  const server = await startWireServer(buildProblem(403, "forbidden"));
  const voting = connect(server.url).batch([{ id: "ivn_1", decision: "approve" }]);
  await expect(voting).rejects.toMatchObject({ code: "forbidden", status: 403 });
});
