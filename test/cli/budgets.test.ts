import { expect, test } from "vitest";
import { buildProblem } from "../client/wire-answers.ts";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";

const ITEMS = [
  { name: "llm", unit: "usd", scope: "run", limit: 5, used: 0.25, reserved: 1, remaining: 3.75 },
  { name: "llm", unit: "usd", scope: "tenant", period: "2026-11", used: 12, reserved: 1 },
];

function connectTo(url: string) {
  return { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: "csk_test_key" };
}

test("runCli(budgets show) shows the accounts of a place, the innermost first", async () => {
  const server = await startWireServer({ status: 200, body: { items: ITEMS } });
  const args = ["budgets", "show", "llm", "--unit", "usd", "--run", "r1", "--part", "p", "--per", "month"];
  const { exitCode, stdout } = await runHere([...args, "--on-behalf-of", "ada"], { env: connectTo(server.url) });
  expect(exitCode).toBe(0);
  expect(stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["SCOPE", "PERIOD", "LIMIT", "USED", "RESERVED", "REMAINING", "UNIT"],
    ["run", "5", "0.25", "1", "3.75", "usd"],
    ["tenant", "2026-11", "12", "1", "usd"],
  ]);
  expect(server.seen[0]?.url).toBe("/v1/budgets/llm?unit=usd&run=r1&part=p&per=month&onBehalfOf=ada");
});

test("runCli(budgets show --json) prints the answer alone", async () => {
  const server = await startWireServer({ status: 200, body: { items: ITEMS } });
  const { exitCode, stdout } = await runHere(["budgets", "show", "llm", "--json"], { env: connectTo(server.url) });
  expect([exitCode, JSON.parse(stdout)]).toEqual([0, { items: ITEMS }]);
});

test("runCli(budgets show) exits 1 for a name that nobody knows, and 2 for an unknown unit", async () => {
  const server = await startWireServer(buildProblem(404, "not_found"));
  const env = connectTo(server.url);
  expect((await runHere(["budgets", "show", "nothing"], { env })).exitCode).toBe(1);
  expect((await runHere(["budgets", "show", "llm", "--unit", "eur"], { env })).exitCode).toBe(2);
});
