import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";
import { type ProcessResult, runProcess } from "../support/run-process.ts";

const CONFIGS = [".dependency-cruiser.cjs", ".dependency-cruiser.values.cjs"];
const FOLDERS = ["src", "workflows", "activities", "worker"];

test.each(CONFIGS)("%s finds nothing to blame in the sources", async (config) => {
  const { code, stdout } = await cruise(packageRoot(), config);
  expect(code, stdout).toBe(0);
});

test("The import table refuses values across layers, and values where types are allowed", async () => {
  const folder = await createSources({
    "src/core/decide.ts": 'import { readRow } from "../store/read-row.ts";\nexport const decide = readRow;\n',
    "src/store/read-row.ts": "export function readRow(): void {}\n",
    "src/gateway/vote.ts": 'import type { readRow } from "../store/read-row.ts";\nexport type Read = typeof readRow;\n',
    "src/http/vote.ts": 'import { readFileSync } from "node:fs";\nexport const read = readFileSync;\n',
    "src/core/read.ts": 'import { readFileSync } from "node:fs";\nexport const read = readFileSync;\n',
    "src/client/wait.ts": 'import { Wait } from "../contract/wait.ts";\nexport const wait = Wait;\n',
    "src/contract/wait.ts": "export const Wait = 1;\n",
    "src/embedded/start.ts": 'import "../cli/bin.ts";\n',
    "src/cli/bin.ts": "export const bin = 1;\n",
    "src/helpers/pad.ts": 'import { Wait } from "../contract/wait.ts";\nexport const pad = Wait;\n',
  });
  const { stdout } = await cruise(folder, ".dependency-cruiser.cjs");
  const faults = [...stdout.matchAll(/error ([a-z-]+): (\S+)/g)].map(([, rule, file]) => `${rule} ${file}`);
  expect(faults.sort()).toEqual([
    "client-values src/client/wait.ts",
    "core-builtins src/core/read.ts",
    "core-values src/core/decide.ts",
    "no-entry-point-imports src/embedded/start.ts",
    "no-unknown-folders src/helpers/pad.ts",
    "wiring-below-cli src/embedded/start.ts",
  ]);
});

test("The value rules refuse cycles and what must not be reached from workflows, and let types pass", async () => {
  const folder = await createSources({
    "workflows/index.ts": 'import { hash } from "../src/core/hash.ts";\nexport const run = hash;\n',
    "workflows/typed.ts": 'import type { hash } from "../src/core/hash.ts";\nexport type Hash = typeof hash;\n',
    "src/core/hash.ts": 'import { createHash } from "node:crypto";\nexport const hash = createHash;\n',
    "src/core/left.ts": 'import { right } from "./right.ts";\nexport const left = (): unknown => right;\n',
    "src/core/right.ts": 'import { left } from "./left.ts";\nexport const right = (): unknown => left;\n',
    "src/core/up.ts": 'import type { Down } from "./down.ts";\nexport type Up = Down | 1;\n',
    "src/core/down.ts": 'import type { Up } from "./up.ts";\nexport type Down = Up | 2;\n',
  });
  const { stdout } = await cruise(folder, ".dependency-cruiser.values.cjs");
  const faults = [...stdout.matchAll(/error ([a-z-]+): (\S+)/g)].map(([, rule, file]) => `${rule} ${file}`);
  expect(faults.sort()).toEqual(["no-value-cycles src/core/left.ts", "sandbox-stays-small workflows/index.ts"]);
});

async function createSources(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-imports-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of [...CONFIGS, "tsconfig.json", "package.json"])
    await cp(join(packageRoot(), name), join(folder, name));
  for (const name of FOLDERS) await mkdir(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

function cruise(folder: string, config: string): Promise<ProcessResult> {
  const bin = join(packageRoot(), "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs");
  return runProcess(process.execPath, [bin, ...FOLDERS, "--config", config], { cwd: folder });
}
