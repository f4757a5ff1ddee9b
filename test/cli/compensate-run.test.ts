import { expect, test } from "vitest";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";

const RUN = { id: "nightly", tenant: "default", actor: "ada", status: "open", startedAt: "2026-01-01T00:00:00.000Z" };
const STEP = { id: "ivn_2", action: "a.b.compensate", status: "executed", compensates: "ivn_1" };
const ANSWER = { run: RUN, status: "done", steps: [STEP], left: 0, skipped: [] };

function env(url: string) {
  return { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: "csk_test_key" };
}

test("runCli(runs compensate) sends whose run it is and why, and shows steps and what stays", async () => {
  const skipped = [{ id: "ivn_0", action: "a.c", why: "not_compensable" }];
  const server = await startWireServer({ status: 200, body: { ...ANSWER, skipped } });
  const args = ["runs", "compensate", "nightly", "--actor", "ada", "--reason", "Wrong", "--wait"];
  const { exitCode, stdout } = await runHere(args, { env: env(server.url) });
  expect(exitCode).toBe(0);
  const sent = server.seen[0];
  expect([sent?.method, sent?.url]).toEqual(["POST", "/v1/runs/nightly/compensate"]);
  expect(sent?.body).toEqual({ actor: "ada", reason: "Wrong", waitMs: 60_000 });
  expect(stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["Run:", "nightly"],
    ["Actor:", "ada"],
    ["Status: done"],
    ["Left:", "0"],
    [""],
    ["STEP", "ACTION", "STATUS", "UNDOES"],
    ["ivn_2", "a.b.compensate", "executed", "ivn_1"],
    [""],
    ["LEFT AS IT IS", "ACTION", "WHY"],
    ["ivn_0", "a.c", "not_compensable"],
  ]);
});

test("runCli(runs compensate) says how to look again while it is on its way, and exits 1 where it stopped", async () => {
  const running = { ...ANSWER, status: "running", left: 1, steps: [] };
  const server = await startWireServer(
    { status: 202, body: running },
    { status: 200, body: { ...ANSWER, status: "stopped" } },
  );
  const first = await runHere(["runs", "compensate", "nightly"], { env: env(server.url) });
  expect(first).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("countersign runs compensate nightly") });
  expect(server.seen[0]?.body).toEqual({});
  const second = await runHere(["runs", "compensate", "nightly", "--json"], { env: env(server.url) });
  expect(second.exitCode).toBe(1);
  expect(JSON.parse(second.stdout)).toEqual({ ...ANSWER, status: "stopped" });
});
