import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { buildProblem } from "../client/wire-answers.ts";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";

const RUN = {
  ...{ id: "nightly", tenant: "default", actor: "refund-agent", user: "eve", status: "blocked" },
  ...{ startedAt: "2026-01-01T00:00:00.000Z", endedAt: "2026-01-01T00:01:00.000Z" },
};
const TOTALS = {
  ...{ calls: 5, byStatus: { executed: 3, denied: 2 }, refusals: { rate: 1 } },
  spent: { usd: 1.25, tokens: 0, units: 0 },
};

function env(url: string) {
  return { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: "csk_test_key" };
}

test("runCli(runs list) aligns its columns, sends its filters and says how to go on", async () => {
  const server = await startWireServer({ status: 200, body: { items: [RUN], nextCursor: "c2" } });
  const args = ["runs", "list", "--status", "blocked", "--actor", "refund-agent", "--limit", "1", "--cursor", "c1"];
  const { exitCode, stdout, stderr } = await runHere(args, { env: env(server.url) });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "There is more: --cursor c2" });
  expect(stdout).toMatch(/^ID +STATUS +ACTOR +USER +PARENT +STARTED +ENDED\nnightly +blocked +refund-agent +eve +2026/);
  expect(server.seen[0]?.url).toBe("/v1/runs?actor=refund-agent&status=blocked&limit=1&cursor=c1");
});

test("runCli(runs show) shows a run and a table of its totals", async () => {
  const server = await startWireServer({ status: 200, body: { ...RUN, totals: TOTALS } });
  const args = ["runs", "show", "night/ly", "--actor", "refund-agent"];
  const { exitCode, stdout } = await runHere(args, { env: env(server.url) });
  expect(exitCode).toBe(0);
  expect(server.seen[0]?.url).toBe("/v1/runs/night%2Fly?actor=refund-agent");
  const [fields = "", table = ""] = stdout.split("\n\n");
  expect(fields).toMatch(/^Run: +nightly\nStatus: +blocked\nActor: +refund-agent\nUser: +eve\nStarted: +2026/);
  expect(table.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["TOTAL", "AMOUNT"],
    ["calls", "5"],
    ["executed", "3"],
    ["denied", "2"],
    ["refused by rate", "1"],
    ["spent usd", "1.25"],
  ]);
});

test("runCli(runs show) draws the totals as a table on a screen", async () => {
  const server = await startWireServer({ status: 200, body: { ...RUN, totals: TOTALS } });
  const { stdout } = await runHere(["runs", "show", "nightly"], { env: env(server.url), isInteractive: true });
  expect(stripVTControlCharacters(stdout)).toMatch(/^│ refused by rate │ 1 +│$/m);
});

test("runCli(runs show --json) prints the run alone, and exits 1 where there is none", async () => {
  const answer = { ...RUN, totals: TOTALS };
  const server = await startWireServer({ status: 200, body: answer }, buildProblem(404, "not_found"));
  const shown = await runHere(["runs", "show", "nightly", "--json"], { env: env(server.url) });
  expect(JSON.parse(shown.stdout)).toEqual(answer);
  const missing = await runHere(["runs", "show", "none"], { env: env(server.url) });
  expect(missing).toEqual({ exitCode: 1, stdout: "", stderr: "countersign: Because of not_found" });
});

test.each([[["runs", "show"]], [["runs", "list", "--limit", "0"]]])("runCli(%j) exits 2", async (args) => {
  expect(await runHere(args)).toMatchObject({ exitCode: 2, stdout: "" });
});
