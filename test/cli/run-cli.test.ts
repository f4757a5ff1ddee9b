import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { buildPendingView, buildProblem, buildView } from "../client/wire-answers.ts";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";
import { writeFiles } from "./temporary-files.ts";

const KEY = "csk_test_key";

function connectTo(url: string) {
  return { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: KEY };
}

test.each([
  [[]],
  [["invoke"]],
  [["invoke", "a"]],
  [["invoke", "a", "--input", "{}", "--colour"]],
  [["invoke", "a", "--input", "not json"]],
  [["invoke", "a", "--input", "[1"]],
  [["invoke", "a", "--input", "1"]],
  [["invoke", "a", "--input", "@/nonexistent/input.json"]],
  [["approvals", "list", "--limit", "0"]],
  [["keys", "create", "--subject", "a", "--kind", "robot", "--permission", "read"]],
  [["keys", "create", "--subject", "a", "--kind", "agent", "--permission", "read,,"]],
  [["policy", "check"]],
  [["start"]],
  [["migrate"]],
  [["invocations", "show", "ivn_1", "--profile", "/nonexistent/profile.json"]],
])("runCli(%j) exits 2 without a word on standard output", async (args) => {
  const { exitCode, stdout, stderr } = await runHere(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).not.toBe("");
});

test("runCli(invoke) sends the call and shows what became of it", async () => {
  const server = await startWireServer({ status: 200, body: buildView({ output: { refundId: "re_1" } }) });
  const args = ["invoke", "billing.issue_refund", "--input", "-", "--key", "k1", "--reason", "Return 7", "--run", "r1"];
  const { exitCode, stdout } = await runHere(args, { env: connectTo(server.url), input: `{"invoiceId":"inv_1"}` });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Status: +executed$/m);
  expect(stdout).toMatch(/^Output: +\{"refundId":"re_1"\}$/m);
  expect(server.seen[0]).toMatchObject({
    headers: { authorization: `Bearer ${KEY}`, "idempotency-key": "k1" },
    body: { input: { invoiceId: "inv_1" }, reason: "Return 7", run: "r1" },
  });
});

test("runCli(invoke --json) prints the invocation alone and exits 1 when it was refused", async () => {
  const error = { code: "action_denied", message: "No rule allows it", retryable: false };
  const denied = buildView({ status: "denied", error });
  const server = await startWireServer(buildProblem(403, "action_denied", { invocation: denied }));
  const { exitCode, stdout, stderr } = await runHere(["invoke", "a", "--input", "{}", "--json"], {
    env: connectTo(server.url),
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  expect(JSON.parse(stdout)).toEqual(denied);
});

test("runCli(invoke --wait) says whom it waits for and prints the end", async () => {
  const server = await startWireServer(
    { status: 202, body: buildPendingView() },
    { status: 200, body: buildView({ output: 1 }) },
  );
  const { exitCode, stdout, stderr } = await runHere(["invoke", "a", "--input", "{}", "--wait"], {
    env: connectTo(server.url),
  });
  expect(exitCode).toBe(0);
  expect(stderr).toBe(
    "Waiting for group:finance until 2026-01-02T00:00:00.000Z; to approve: countersign approvals approve ivn_1",
  );
  expect(stdout).toMatch(/^Status: +executed$/m);
});

test("runCli() prints an error as one line, and with --json as a document, on standard error", async () => {
  const server = await startWireServer(buildProblem(404, "not_found"));
  const env = connectTo(server.url);
  expect(await runHere(["invocations", "show", "ivn_9"], { env })).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "countersign: Because of not_found",
  });
  const { stderr } = await runHere(["invocations", "show", "ivn_9", "--json"], { env });
  expect(JSON.parse(stderr)).toMatchObject({ code: "not_found", status: 404, retryable: false });
});

test("runCli() never lets a caller's text move the cursor or turn the writing direction", async () => {
  const hostile = "safe\u001b[2K\u202eevil\u0000\r\u009b1m";
  const server = await startWireServer({ status: 200, body: buildView({ reason: hostile, input: { note: hostile } }) });
  const env = connectTo(server.url);
  const shown = await runHere(["invocations", "show", "ivn_1"], { env });
  expect(shown.stdout).toMatch(/^Reason: +safe\\u001b\[2K\\u202eevil\\u0000\\u000d\\u009b1m$/m);
  const asJson = await runHere(["invocations", "show", "ivn_1", "--json"], { env });
  for (const { stdout } of [shown, asJson])
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ reason: hostile });
});

test("runCli(invocations list) aligns its columns and says how to go on", async () => {
  const server = await startWireServer({
    status: 200,
    body: { items: [buildView(), buildPendingView()], nextCursor: "c2" },
  });
  const { stdout, stderr } = await runHere(["invocations", "list", "--status", "pending"], {
    env: connectTo(server.url),
  });
  expect(stdout).toMatch(
    /^ID +ACTION +STATUS +ACTOR +CREATED\nivn_1 +billing\.issue_refund +executed +demo-agent +2026/,
  );
  expect(stderr).toBe("There is more: --cursor c2");
  expect(server.seen[0]?.url).toBe("/v1/invocations?status=pending");
});

test("runCli(invocations watch) prints each state once and exits by the last", async () => {
  const server = await startWireServer(
    { status: 200, body: buildPendingView() },
    { status: 200, body: buildPendingView() },
    { status: 200, body: buildView({ status: "rejected" }) },
  );
  const { exitCode, stdout } = await runHere(["invocations", "watch", "ivn_1"], { env: connectTo(server.url) });
  expect(exitCode).toBe(1);
  expect(stdout.split("\n").map((line) => line.split("  ")[1])).toEqual(["pending", "rejected"]);
});

test("runCli(invocations watch) ends quietly when the person stops it", async () => {
  const server = await startWireServer({ status: 200, body: buildPendingView() }, "hang");
  const controller = new AbortController();
  const watching = runHere(["invocations", "watch", "ivn_1"], {
    env: connectTo(server.url),
    stopSignal: controller.signal,
  });
  await vi.waitFor(() => expect(server.seen).toHaveLength(2));
  controller.abort();
  expect(await watching).toMatchObject({ exitCode: 0, stderr: "" });
});

test("runCli(approvals approve) votes and says when the vote is not judged yet", async () => {
  const approval = {
    ...{ id: "ivn_1", status: "pending", tally: { approve: 0, reject: 0 }, thresholds: { approve: 1, deny: 1 } },
    ...{ stage: 0, stages: [] },
    votes: [{ id: "vote_1", voter: "ada", decision: "approve", stage: 0, at: "now", state: "received" }],
  };
  const server = await startWireServer({ status: 202, body: approval });
  const args = ["approvals", "approve", "ivn_1", "--reason", "Fine"];
  const { exitCode, stderr } = await runHere(args, { env: connectTo(server.url) });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "The vote is kept and will be judged" });
  expect(server.seen[0]).toMatchObject({ body: { decision: "approve", reason: "Fine" } });
});

test("runCli(keys create) joins repeated and comma-separated words", async () => {
  const server = await startWireServer({ status: 201, body: { id: "key_1", key: "csk_new" } });
  const args = [
    "keys",
    "create",
    "--subject",
    "ada",
    "--kind",
    "user",
    "--group",
    "finance,ops",
    "--group",
    "eu",
    "--permission",
    "read,approve",
  ];
  const { stdout } = await runHere(args, { env: connectTo(server.url) });
  expect(stdout).toMatch(/^Key: +csk_new$/m);
  expect(server.seen[0]?.body).toEqual({
    subject: "ada",
    kind: "user",
    groups: ["finance", "ops", "eu"],
    permissions: ["read", "approve"],
  });
});

test("runCli(policy evaluate) asks a draft by its text", async () => {
  const folder = writeFiles({ "draft.yaml": "version: 1" });
  const verdict = { effect: "deny", reason: "The default", matched: [], shadow: [], obligations: {}, defaulted: true };
  const server = await startWireServer({ status: 200, body: verdict });
  const args = [
    "policy",
    "evaluate",
    "--action",
    "a.b",
    "--role",
    "agent",
    "--policy",
    join(folder, "draft.yaml"),
    "--explain",
  ];
  const { exitCode, stdout } = await runHere(args, { env: connectTo(server.url) });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Effect: +deny$/m);
  expect(server.seen[0]?.body).toEqual({
    action: "a.b",
    input: {},
    actor: { roles: ["agent"] },
    policy: "version: 1",
    explain: true,
  });
});

test("runCli(doctor) says what is wrong and how to make it well", async () => {
  const server = await startWireServer(
    { status: 200, body: { status: "ok" } },
    buildProblem(503, "unavailable", { ready: false, missing: ["No worker polls"] }),
  );
  const { exitCode, stdout } = await runHere(["doctor"], { env: { COUNTERSIGN_URL: server.url } });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^wrong +ready +No worker polls\n +Start a worker/m);
  expect(stdout).toMatch(/^wrong +key +No key is known\n +Set COUNTERSIGN_API_KEY/m);
});
