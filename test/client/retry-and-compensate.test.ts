import { expect, test } from "vitest";
import { type Client, createClient } from "../../src/index.ts";
import { buildProblem, buildView } from "./wire-answers.ts";
import { startWireServer } from "./wire-server.ts";

const RUN = { id: "r/1", tenant: "default", actor: "ada", status: "open", startedAt: "2026-01-01T00:00:00.000Z" };

function clientOf(baseUrl: string, onBehalfOf?: string): Client {
  return createClient({ baseUrl, apiKey: "csk_test", onBehalfOf });
}

test("invocations.retry() sends why and how long it waits, and takes a failed call for an answer", async () => {
  const invocation = buildView({ status: "failed" });
  const server = await startWireServer(buildProblem(502, "action_failed", { invocation }));
  const answer = await clientOf(server.url).invocations.retry("ivn_1", { reason: "Again", waitMs: 10 });
  expect(answer).toMatchObject({ status: "failed", error: { code: "action_failed" } });
  expect(server.seen).toMatchObject([{ url: "/v1/invocations/ivn_1/retry", body: { reason: "Again", waitMs: 10 } }]);
});

test("invocations.retry() throws not_retryable, and is not sent again after a fault of the network", async () => {
  const server = await startWireServer(buildProblem(409, "not_retryable"), "drop");
  const { invocations } = clientOf(server.url);
  await expect(invocations.retry("ivn_1")).rejects.toMatchObject({ code: "not_retryable", status: 409 });
  await expect(invocations.retry("ivn_1")).rejects.toMatchObject({ code: "unavailable" });
  expect(server.seen).toHaveLength(2);
});

test("runs.compensate() gives the steps as invocations, and looks among the runs of whom the client acts for", async () => {
  const steps = [buildView({ status: "rejected", compensates: "ivn_0" })];
  const body = { run: RUN, status: "stopped", steps, left: 1, skipped: [] };
  const server = await startWireServer({ status: 200, body });
  const answer = await clientOf(server.url, "ada").runs.compensate("r/1", { reason: "Wrong" });
  expect(answer).toMatchObject({ status: "stopped", left: 1, steps: [{ error: { code: "approval_rejected" } }] });
  expect(server.seen).toMatchObject([
    { method: "POST", url: "/v1/runs/r%2F1/compensate", body: { actor: "ada", reason: "Wrong" } },
  ]);
});
