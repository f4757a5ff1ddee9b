import { expect, test } from "vitest";
import { buildView } from "../client/wire-answers.ts";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";

function env(url: string) {
  return { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: "csk_test_key" };
}

test.each([
  [["--executed"], { outcome: "executed", note: "Seen" }],
  [["--executed", "--output", `{"entry":7}`], { outcome: "executed", output: { entry: 7 }, note: "Seen" }],
  [["--failed"], { outcome: "failed", note: "Seen" }],
  [["--probe"], { probe: true, note: "Seen" }],
])("runCli(invocations reconcile %j) sends %j", async (flags, body) => {
  const server = await startWireServer({ status: 200, body: buildView({ status: "executed" }) });
  const args = ["invocations", "reconcile", "ivn_1", ...flags, "--note", "Seen"];
  const { exitCode } = await runHere(args, { env: env(server.url) });
  expect(exitCode).toBe(0);
  expect(server.seen[0]).toMatchObject({ url: "/v1/invocations/ivn_1/reconcile", body });
});

test("runCli(invocations reconcile --probe) exits 1 and says so when it is uncertain still", async () => {
  const server = await startWireServer({ status: 202, body: buildView({ status: "uncertain" }) });
  const args = ["invocations", "reconcile", "ivn_1", "--probe", "--note", "Seen", "--json"];
  const { exitCode, stdout, stderr } = await runHere(args, { env: env(server.url) });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: "It is uncertain still: the probe can't tell, or not yet",
  });
  expect(JSON.parse(stdout)).toMatchObject({ status: "uncertain" });
});

test.each([
  [["--note", "Seen"], /one of --executed, --failed and --probe/],
  [["--executed", "--probe", "--note", "Seen"], /one of --executed/],
  [["--failed", "--output", "1", "--note", "Seen"], /--output goes with --executed/],
  [["--executed", "--output", "{", "--note", "Seen"], /--output must be JSON/],
  [["--probe"], /--note/],
])("runCli(invocations reconcile %j) is no usage", async (flags, message) => {
  const { exitCode, stderr } = await runHere(["invocations", "reconcile", "ivn_1", ...flags]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});
