import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuild } from "../../scripts/build.mjs";
import { TEMPLATE_NAMES } from "../../src/core/policy/index.ts";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";
import { runProcess } from "../support/run-process.ts";

const CONSUMER = `
import { CountersignError, createClient, defineAction, type Invocation } from "countersign";
import * as embedded from "countersign/embedded";
import { compilePolicy, parsePolicy } from "countersign/policy";
import * as server from "countersign/server";
import * as worker from "countersign/worker";
import { z } from "zod";

const refund = defineAction({
  name: "billing.issue_refund",
  description: "Refunds an invoice",
  risk: "high",
  input: z.object({ invoiceId: z.string(), amountCents: z.int().positive() }),
  output: z.object({ refundId: z.string() }),
  run: async (input) => ({ refundId: input.invoiceId }),
});

export async function issue(): Promise<string> {
  const client = createClient({ baseUrl: "http://127.0.0.1:7700", apiKey: "key" });
  const call: Invocation<{ refundId: string }> = await client.invoke(refund, { invoiceId: "inv_1", amountCents: 1 });
  if (call.status === "executed") return call.output.refundId;
  // @ts-expect-error an amount is a number
  await client.invoke(refund, { invoiceId: "inv_1", amountCents: "1" });
  throw new CountersignError("internal", [embedded, compilePolicy, parsePolicy, server, worker].length.toString());
}
`;

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    noEmit: true,
    types: ["node"],
    skipLibCheck: true,
  },
  files: ["consumer.ts"],
};

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

let project: string;
let manifest: Manifest;
let packed: readonly string[];

beforeAll(async () => {
  await ensureBuild();
  manifest = JSON.parse(await readFile(join(packageRoot(), "package.json"), "utf8")) as Manifest;
  project = await mkdtemp(join(tmpdir(), "countersign-consumer-"));
  packed = await installPacked();
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

test("npm pack takes the build, its assets and the licence, and no source or test", () => {
  expect(packed).toEqual(
    expect.arrayContaining([
      "LICENSE",
      "README.md",
      "dist/src/cli/bin.js",
      "dist/src/http/assets/swagger-ui-bundle.js",
      "dist/src/store/migrations/0001_initial.sql",
      ...TEMPLATE_NAMES.map((name) => `dist/policies/${name}.yaml`),
      "dist/workflow-bundle.js",
    ]),
  );
  expect(packed.filter((path) => !/^(dist\/|package\.json$|[A-Z]+(\.md)?$)/.test(path))).toEqual([]);
});

test("The packed package's subpaths can all be imported with its declared dependencies alone", async () => {
  const names = Object.keys(manifest.exports).filter((name) => !name.endsWith(".json"));
  const imports = names.map((name) => `await import("countersign${name.slice(1)}");`).join("\n");
  await writeFile(join(project, "import.mjs"), imports);
  const { code, stderr } = await runProcess(process.execPath, ["import.mjs"], { cwd: project });
  expect(code, stderr).toBe(0);
});

test("The packed package finds its policy templates, alone and extended", async () => {
  const code = `
    import { compilePolicy, parsePolicy, template, TEMPLATE_NAMES } from "countersign/policy";
    const extended = compilePolicy(parsePolicy({ version: 1, extends: [...TEMPLATE_NAMES] }));
    console.log(TEMPLATE_NAMES.map((name) => template(name).version).join(), extended.evaluate({ action: "x", input: {} }).effect);
  `;
  await writeFile(join(project, "templates.mjs"), code);
  const { stdout, stderr } = await runProcess(process.execPath, ["templates.mjs"], { cwd: project });
  expect(stdout, stderr).toBe("1,1,1,1 deny\n");
});

test("The packed package's types infer an action's input and output in another project", async () => {
  await writeFile(join(project, "consumer.ts"), CONSUMER);
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(TSCONFIG));
  const tsc = join(packageRoot(), "node_modules", "typescript", "bin", "tsc");
  const { code, stdout } = await runProcess(process.execPath, [tsc, "-p", "."], { cwd: project });
  expect(code, stdout).toBe(0);
});

test("The packed package's command line answers --help", async () => {
  const bin = join(project, "node_modules", "countersign", "dist", "src", "cli", "bin.js");
  const { code, stdout } = await runProcess(process.execPath, [bin, "--help"], { cwd: project });
  expect(code).toBe(0);
  expect(stdout).toContain("countersign");
});

/** Packs as for the registry and unpacks as npm would, with links to the dependencies that package.json declares. */
async function installPacked(): Promise<string[]> {
  const modules = join(project, "node_modules");
  await mkdir(join(modules, "countersign"), { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", project];
  const { code, stdout, stderr } = await runProcess("npm", args, { cwd: packageRoot() });
  expect(code, stderr).toBe(0);
  const [pack] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  const archive = join(project, pack?.filename ?? "");
  const unpacked = await runProcess(
    "tar",
    ["-xzf", archive, "--strip-components=1", "-C", join(modules, "countersign")],
    {
      cwd: project,
    },
  );
  expect(unpacked.code, unpacked.stderr).toBe(0);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "consumer", type: "module" }));
  for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(packageRoot(), "node_modules", name), join(modules, name));
  }
  return pack?.files.map(({ path }) => path) ?? [];
}
