import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { createDemoServer } from "../../demo/server.ts";
import { ensureBuild } from "../../scripts/build.mjs";
import { Environment } from "../../src/config/environment.ts";
import { compilePolicy, parsePolicy } from "../../src/core/policy/index.ts";
import { type ProcessResult, runProcess } from "../support/run-process.ts";

const CLONE = fileURLToPath(new URL("../../", import.meta.url));
const README = readFileSync(join(CLONE, "README.md"), "utf8");

/** Inside the clone, so that `countersign` is this package. */
mkdirSync(join(CLONE, ".cache"), { recursive: true });
const folder = mkdtempSync(join(CLONE, ".cache", "readme-"));
const server = createDemoServer({
  dataDir: join(folder, "data"),
  actionsFile: join(folder, "actions.ts"),
  policyFile: join(folder, "policy.yaml"),
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes every block that names a file into the folder, and what the blocks leave to the reader. */
function writeBlocks(): void {
  for (const [, name = "", text = ""] of README.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)) {
    writeFileSync(join(folder, name), text);
  }
  const refund =
    "async (input: object, _: { idempotencyKey: string }) => ({ refundId: `re_${Object.keys(input).length}` })";
  writeFileSync(join(folder, "payments.ts"), `export const payments = { refund: ${refund} };\n`);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"] }));
}

function run(args: readonly string[], apiKey = ""): Promise<ProcessResult> {
  const env = { ...process.env, COUNTERSIGN_URL: server.announced().url, COUNTERSIGN_API_KEY: apiKey };
  return runProcess(process.execPath, args, { cwd: folder, env });
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

test("README.md's policies decide as the text around them says", () => {
  const [text = "", ...more] = [...README.matchAll(/^```yaml.*\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  expect(more).toEqual([]);
  const policy = compilePolicy(parsePolicy(text));
  const actor = { subject: "demo-agent", kind: "agent", roles: [], groups: [], scopes: [] } as const;
  const ask = (action: string, roles: string[] = []) =>
    policy.evaluate({
      action,
      input: {},
      actor: { ...actor, roles },
      manifest: { risk: "high", requiredScopes: [], approvalRequired: false },
    });

  expect(ask("billing.get_invoice")).toMatchObject({ effect: "allow", rule: "agents may look" });
  expect(ask("billing.issue_refund")).toMatchObject({ effect: "require_approval", rule: "refunds need finance" });
  expect(ask("billing.issue_refund", ["intern"])).toMatchObject({ effect: "deny", rule: "interns refund nothing" });
  expect(ask("billing.mark_invoice_paid")).toMatchObject({ effect: "deny", defaulted: true });
});

test("README.md's configuration names every variable that a process reads", () => {
  const documented = new Set(
    README.match(/`(?:COUNTERSIGN|DATABASE|TEMPORAL)_\w+`/g)?.map((name) => name.slice(1, -1)),
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
    const calling = run(["--import", "tsx", "client.ts"], agent);
    const id = await findPending(approver);
    const approve = [join(CLONE, "dist/src/cli/bin.js"), "approvals", "approve", id, "--reason", "Checked the return"];
    const approving = await run(approve, approver);

    expect(approving).toMatchObject({ code: 0 });
    expect(await calling).toEqual({ code: 0, stdout: `${id} waits for group:finance, user:ada\nre_2\n`, stderr: "" });
    expect(await typeCheck).toMatchObject({ code: 0, stdout: "" });
  },
);

test("README.md stays within 200 lines", () => {
  expect(README.split("\n").length).toBeLessThanOrEqual(201);
});
