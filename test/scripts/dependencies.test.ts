import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Clone, createClone } from "./clone.ts";

const ENSURE = `
  const { ensureDependencies } = await import("./scripts/dependencies.mjs");
  await ensureDependencies();
`;

test("ensureDependencies() installs once per lockfile, also when many start at once", async () => {
  const clone = await createCloneWithNpm();
  await writeLockfile(clone, "1.0.0");
  await Promise.all([ensure(clone), ensure(clone), ensure(clone)]);
  await ensure(clone);
  expect(await countInstalls(clone)).toBe(1);
  await writeLockfile(clone, "2.0.0");
  await ensure(clone);
  expect(await countInstalls(clone)).toBe(2);
});

test("ensureDependencies() takes over what a person's own npm installed", async () => {
  const clone = await createCloneWithNpm();
  await writeLockfile(clone, "1.0.0");
  await ensure(clone);
  await writeFile(join(clone.folder, "node_modules", ".countersign-lock"), "of another lockfile");
  await ensure(clone);
  expect(await countInstalls(clone)).toBe(1);
});

test("ensureDependencies() takes over the lock of a process that died", async () => {
  const clone = await createCloneWithNpm();
  await writeLockfile(clone, "1.0.0");
  const died = await clone.run(`
    const { withLock } = await import("./scripts/lock.mjs");
    await withLock("dependencies", async () => process.kill(process.pid, "SIGKILL"));
  `);
  expect(died.code).toBeNull();
  await ensure(clone);
  expect(await countInstalls(clone)).toBe(1);
});

test("ensureDependencies() says in one line that npm failed", async () => {
  const clone = await createCloneWithNpm("process.exit(7)");
  await writeLockfile(clone, "1.0.0");
  const { code, stderr } = await clone.run(ENSURE, npmOf(clone));
  expect(code).toBe(1);
  expect(stderr.trim().split("\n").at(-1)).toBe("The dependencies can't be installed: npm ci failed, see above");
});

/** An npm that counts its runs and installs what the lockfile names, as far as its own records go. */
const FAKE_NPM = `
  const fs = require("node:fs");
  fs.appendFileSync("installs", process.argv.slice(2).join(" ") + "\\n");
  fs.mkdirSync("node_modules", { recursive: true });
  fs.copyFileSync("package-lock.json", "node_modules/.package-lock.json");
`;

async function createCloneWithNpm(script = FAKE_NPM): Promise<Clone> {
  const clone = await createClone();
  const npm = join(clone.folder, "npm-cli.js");
  await writeFile(npm, script);
  await chmod(npm, 0o755);
  return clone;
}

async function writeLockfile(clone: Clone, version: string): Promise<void> {
  const packages = { "": { name: "clone" }, "node_modules/dependency": { version, integrity: `sha512-${version}` } };
  await writeFile(join(clone.folder, "package-lock.json"), JSON.stringify({ packages }));
}

async function ensure(clone: Clone): Promise<void> {
  const { code, stderr } = await clone.run(ENSURE, npmOf(clone));
  expect(code, stderr).toBe(0);
}

function npmOf(clone: Clone): NodeJS.ProcessEnv {
  return { ...process.env, npm_execpath: join(clone.folder, "npm-cli.js") };
}

async function countInstalls(clone: Clone): Promise<number> {
  const runs = (await readFile(join(clone.folder, "installs"), "utf8")).trim().split("\n");
  for (const run of runs) expect(run).toMatch(/^ci .*--ignore-scripts/);
  return runs.length;
}
