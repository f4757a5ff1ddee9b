import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ensureBuild } from "../../scripts/build.mjs";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";
import { runProcess } from "../support/run-process.ts";

test('import("countersign") loads its own small modules and no package but those of the client and the actions', async () => {
  await ensureBuild();
  const loaded = await listLoadedFiles('await import("countersign");');
  const own = loaded.filter((file) => file.startsWith("dist/"));
  expect(own).toContain("dist/src/index.js");
  expect(own.filter((file) => !/^dist\/src\/(index\.js|action|client|contract|core)/.test(file))).toEqual([]);
  expect(packagesOf(loaded)).toEqual([]);
});

test('import("countersign/policy") loads the parser and the matchers, and no engine, database or server', async () => {
  await ensureBuild();
  const packages = packagesOf(await listLoadedFiles('await import("countersign/policy");'));
  const heavy = packages.filter((name) =>
    /^(@temporalio|@electric-sql|@hono|hono|pg|zod|ajv|pino|commander)/.test(name),
  );
  expect(heavy).toEqual([]);
});

/** The files that Node really loads for a piece of code, relative to the package; its coverage report names each of them. */
async function listLoadedFiles(code: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-loaded-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const env = { ...process.env, NODE_V8_COVERAGE: folder };
  const { code: exit, stderr } = await runProcess(process.execPath, ["--input-type=module", "-e", code], {
    cwd: packageRoot(),
    env,
  });
  expect(exit, stderr).toBe(0);
  const reports = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  const root = `file://${packageRoot()}/`;
  const urls = reports.flatMap((text) =>
    (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
  );
  return urls.filter((url) => url.startsWith(root)).map((url) => url.slice(root.length));
}

function packagesOf(files: readonly string[]): string[] {
  const names = files.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}
