import { expect, test } from "vitest";
import { buildPendingView, buildProblem, buildView } from "../client/wire-answers.ts";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";

function env(url: string) {
  return { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: "csk_test_key" };
}

test("runCli(invocations retry) sends why, and shows the call and what it is a retry of", async () => {
  const server = await startWireServer({ status: 200, body: buildView({ id: "ivn_2", retryOf: "ivn_1" }) });
  const { exitCode, stdout } = await runHere(["invocations", "retry", "ivn_1", "--reason", "Again"], {
    env: env(server.url),
  });
  expect(exitCode).toBe(0);
  expect(server.seen[0]).toMatchObject({
    method: "POST",
    url: "/v1/invocations/ivn_1/retry",
    body: { reason: "Again" },
  });
  expect(stdout).toMatch(/^Retry of: +ivn_1$/m);
});

test("runCli(invocations retry --wait) waits for people, and exits 1 for what failed again", async () => {
  const failed = buildView({ status: "failed", error: { code: "action_failed", message: "No", retryable: false } });
  const server = await startWireServer({ status: 202, body: buildPendingView() }, { status: 200, body: failed });
  const { exitCode } = await runHere(["invocations", "retry", "ivn_1", "--wait"], { env: env(server.url) });
  expect(exitCode).toBe(1);
  expect(server.seen[1]?.url).toMatch(/^\/v1\/invocations\/ivn_1\?waitMs=\d+$/);
});

test("runCli(invocations retry) of what did not fail exits 1 and says why", async () => {
  const server = await startWireServer(buildProblem(409, "not_retryable"));
  const { exitCode, stderr } = await runHere(["invocations", "retry", "ivn_1"], { env: env(server.url) });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "countersign: Because of not_retryable" });
});
