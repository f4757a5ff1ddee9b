import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { runHere } from "./run-cli.ts";
import { writeFiles } from "./temporary-files.ts";

const CLONE = fileURLToPath(new URL("../..", import.meta.url));

test("countersign start serves what its banner says and ends with 0 on Ctrl-C", async () => {
  const folder = writeFiles({});
  const server = startServer(folder);
  const started = JSON.parse(await server.firstDocument) as {
    url: string;
    demoKeys: { agent: string; approver: string };
  };
  const as = (apiKey: string) => ({ env: { COUNTERSIGN_URL: started.url, COUNTERSIGN_API_KEY: apiKey } });
  const asAgent = as(started.demoKeys.agent);
  const asApprover = as(started.demoKeys.approver);

  expect(await runHere(["doctor"], asAgent)).toMatchObject({ exitCode: 0 });
  const input = `{"invoiceId":"inv_1","amountCents":12900}`;
  const asked = await runHere(["invoke", "billing.issue_refund", "--input", input, "--json"], asAgent);
  const { id, status } = JSON.parse(asked.stdout) as { id: string; status: string };
  expect({ exitCode: asked.exitCode, status }).toEqual({ exitCode: 0, status: "pending" });
  expect(await runHere(["approvals", "approve", id], asAgent)).toMatchObject({ exitCode: 1 });
  const approved = await runHere(["approvals", "approve", id, "--reason", "Checked"], asApprover);
  expect(approved.stdout).toMatch(/^Status: +approved$/m);
  const watched = await runHere(["invocations", "watch", id], asAgent);
  expect(watched).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ {2}executed$/) });

  server.interrupt();
  expect(await server.ended).toBe(0);
});

/** Starts the billing example from the sources; its first output is one JSON document. */
function startServer(folder: string) {
  const actions = join(CLONE, "examples/billing/actions.ts");
  const policy = join(CLONE, "examples/billing/policy.yaml");
  const args = ["start", "--actions", actions, "--policy", policy, "--port", "0", "--demo", "--json"];
  const child = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), join(CLONE, "src/cli/bin.ts"), ...args],
    {
      env: { ...process.env, COUNTERSIGN_DATA_DIR: join(folder, "data"), COUNTERSIGN_LOG_LEVEL: "silent" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const firstDocument = new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.endsWith("}\n")) resolve(text);
    });
    void ended.then((code) => reject(new Error(`It ended with ${code} before it served`)));
  });
  return { firstDocument, ended, interrupt: () => child.kill("SIGINT") };
}
