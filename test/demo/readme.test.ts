import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { createDemoServer } from "../../demo/server.ts";
import { ensureBuild } from "../../scripts/build.mjs";
import { Environment } from "../../src/config/environment.ts";
import { type ProcessResult, runProcess } from "../support/run-process.ts";

const CLONE = fileURLToPath(new URL("../../", import.meta.url));
const README = readFileSync(join(CLONE, "README.md"), "utf8");
const GUARDS = readFileSync(join(CLONE, "docs/guards.md"), "utf8");
const EXECUTION = readFileSync(join(CLONE, "docs/execution.md"), "utf8");
const CONFIGURATION = readFileSync(join(CLONE, "docs/configuration.md"), "utf8");

/** Inside the clone, so that `countersign` is this package. */
mkdirSync(join(CLONE, ".cache"), { recursive: true });
const folder = mkdtempSync(join(CLONE, ".cache", "readme-"));
const server = createDemoServer({
  dataDir: join(folder, "data"),
  actionsFile: join(folder, "all-actions.ts"),
  policyFile: join(folder, "policy.yaml"),
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

// What execution.md's module reads its credential from.
process.env["BANK_TOKEN"] = "bank-token";

/** Writes every block that names a file into the folder, and what the blocks leave to the reader. */
function writeBlocks(): void {
  for (const [, name = "", text = ""] of `${README}${GUARDS}${EXECUTION}`.matchAll(
    /^```\w+ (\S+)\n([\s\S]*?)^```$/gm,
  )) {
    writeFileSync(join(folder, name), text);
  }
  const refund =
    "async (input: object, _: { idempotencyKey: string }) => ({ refundId: `re_${Object.keys(input).length}` })";
  writeFileSync(join(folder, "payments.ts"), `export const payments = { refund: ${refund} };\n`);
  const shop = `{
    read: async (orderId: string) => ({ orderId }),
    cancel: async (orderId: string, signal: AbortSignal) => {
      if (orderId !== "slow") return { fee: 0.5 };
      return new Promise<{ fee: number }>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  }`;
  writeFileSync(join(folder, "shop.ts"), `export const shop = ${shop};\n`);
  const bank = `const sent = new Map<string, string>();
export const bank = {
  send: async ({ reference }: { reference: string; cents: number }, token: string) => {
    if (token !== "bank-token") throw new Error("The bank knows no such token");
    sent.set(reference, "t_1");
    if (reference === "lost") throw new Error("The connection broke");
    return { transferId: "t_1" };
  },
  find: async (reference: string, _token: string) => sent.get(reference),
  recall: async (call: { reference: string; transferId: string | undefined; idempotencyKey: string }, _token: string) =>
    void sent.delete(call.reference),
};\n`;
  writeFileSync(join(folder, "bank.ts"), bank);
  const all = `import { actions as refunds } from "./actions.ts";
import { cancelOrder, readOrder } from "./guards.ts";
import { transfer } from "./execution.ts";
export { credentials } from "./execution.ts";
export const actions = [...refunds, readOrder, cancelOrder, transfer];\n`;
  writeFileSync(join(folder, "all-actions.ts"), all);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"] }));
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProcessResult> {
  return runProcess(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } });
}

/** Reaches the started server, as the key's principal. */
function serverOf(apiKey: string): Readonly<Record<string, string>> {
  return { COUNTERSIGN_URL: server.announced().url, COUNTERSIGN_API_KEY: apiKey };
}

/** The pending call's id, once the approver can see it. */
async function findPending(apiKey: string): Promise<string> {
  const url = `${server.announced().url}/v1/approvals?status=pending&eligible=me`;
  const headers = { authorization: `Bearer ${apiKey}` };
  for (;;) {
    const { items } = (await (await fetch(url, { headers })).json()) as {
      readonly items: readonly { readonly id: string }[];
    };
    if (items[0] !== undefined) return items[0].id;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("README.md's policy passes the check and the cases that README.md has for it", { timeout: 180_000 }, async () => {
  writeBlocks();
  await ensureBuild();
  const policy = (...args: string[]) => run([join(CLONE, "dist/src/cli/bin.js"), "policy", ...args]);

  expect(await policy("check", "policy.yaml")).toMatchObject({ code: 0, stdout: "policy.yaml: no faults\n" });
  expect(await policy("test", "policy.test.yaml")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("3 passed, 0 failed") as string,
  });
  expect(await policy("check", "approvals.yaml")).toMatchObject({ code: 0, stdout: "approvals.yaml: no faults\n" });
  const call = ["--action", "bash", "--input", '{"command":"rm -rf $X"}', "--explain"];
  expect(await policy("evaluate", "--local", "--policy", "policy.yaml", ...call)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/require_approval[^]*no-rm-rf/) as string,
  });
});

test("configuration.md names every variable that a process reads", () => {
  const documented = new Set(
    CONFIGURATION.match(/`(?:COUNTERSIGN|DATABASE|TEMPORAL|OTEL)_\w+`/g)?.map((name) => name.slice(1, -1)),
  );
  expect(Object.keys(Environment.shape).filter((name) => !documented.has(name))).toEqual([]);
});

test(
  "README.md's code type-checks and runs as written, with an approval from the command line",
  { timeout: 180_000 },
  async () => {
    writeBlocks();
    await ensureBuild();
    await server.start();
    const { agent, approver } = server.announced().demoKeys;
    const typeCheck = run([join(CLONE, "node_modules/typescript/bin/tsc"), "-p", folder, "--noEmit"]);
    const calling = run(["--import", "tsx", "client.ts"], serverOf(agent));
    const id = await findPending(approver);
    const approve = [join(CLONE, "dist/src/cli/bin.js"), "approvals", "approve", id, "--reason", "Checked the return"];
    const approving = await run(approve, serverOf(approver));

    expect(approving).toMatchObject({ code: 0 });
    expect(await calling).toEqual({ code: 0, stdout: `${id} waits for group:finance, user:ada\nre_2\n`, stderr: "" });
    expect(await typeCheck).toMatchObject({ code: 0, stdout: "" });
  },
);

test("guards.md's guards refuse and count as written", { timeout: 180_000 }, async () => {
  const { agent } = server.announced().demoKeys;
  const { code, stdout, stderr } = await run(["--import", "tsx", "agent.ts"], serverOf(agent));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^BLOCKED \(fact_missing\)/);
  expect(stdout).toContain("Read the order with shop.read_order");
  expect(stdout).toContain("{ fee: 0.5 }");
  expect(stdout).toMatch(/name: 'orders'[^]*used: 0\.5/);

  const calls = Array.from({ length: 4 }, () => ({ action: "shop.read_order", input: { orderId: "o2" } }));
  const answers = [];
  for (const call of calls) answers.push(await post(agent, call));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(answers[3]?.body).toMatchObject({ code: "rate_limited", limit: 3, perMs: 3_600_000 });
  expect(Number(answers[3]?.headers.get("retry-after"))).toBeGreaterThan(3_000);
});

test(
  "guards.md's attempts, time limit and breaker stop an agent and spare what is down",
  { timeout: 120_000 },
  async () => {
    const { agent } = server.announced().demoKeys;
    const blocked = { action: "shop.cancel_order", input: { orderId: "o3" }, run: "again and again" };
    const codes = [];
    for (let count = 0; count < 6; count += 1) codes.push((await post(agent, blocked)).body["code"]);
    expect(codes).toEqual([...Array.from({ length: 5 }, () => "session_required"), "attempts_exceeded"]);

    const slow = { input: { orderId: "slow" }, session: "s2", waitMs: 60_000 };
    await post(agent, { ...slow, action: "shop.read_order" });
    // Three attempts of five seconds each: as many failures in a row as open the breaker.
    const failed = await post(agent, { ...slow, action: "shop.cancel_order", run: "r2" });
    expect(failed).toMatchObject({ status: 502, body: { invocation: { attempts: 3 } } });
    const refused = await post(agent, { ...slow, action: "shop.cancel_order", run: "r2" });
    expect(refused).toMatchObject({ status: 503, body: { code: "circuit_open", dependency: "shop" } });
  },
);

test("execution.md's action is asked what has happened after a broken connection, and has its credential", async () => {
  const { agent } = server.announced().demoKeys;
  const sent = await post(agent, { action: "shop.transfer", input: { reference: "lost", cents: 5 }, waitMs: 60_000 });
  expect(sent).toMatchObject({ status: 200, body: { status: "executed", output: { transferId: "t_1" }, attempts: 1 } });
  const refused = await post(agent, { action: "shop.transfer", input: { reference: "r", cents: 1_000_001 } });
  expect(refused).toMatchObject({ status: 502, body: { detail: "The bank takes no more than 10,000" } });
});

/** Calls an action by HTTP. */
async function post(
  apiKey: string,
  { action, ...body }: { readonly action: string; readonly [member: string]: unknown },
) {
  const answer = await fetch(`${server.announced().url}/v1/actions/${action}/invocations`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

test("README.md stays within 200 lines", () => {
  expect(README.split("\n").length).toBeLessThanOrEqual(201);
});
