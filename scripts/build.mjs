import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureDependencies } from "./dependencies.mjs";
import { withLock } from "./lock.mjs";
import { cacheDir, root } from "./paths.mjs";
import { runScript, say, SetupError } from "./report.mjs";

const DIST = join(root, "dist");
const STAMP = ".sources";
const SOURCE_FOLDERS = ["src", "workflows", "activities", "worker"];
const SOURCE_FILES = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json", "scripts/build.mjs"];
/** The policy documents that come along; what else is in their folder is for their authors. */
const TEMPLATE_FOLDER = "policies";
const API_PAGE_ASSETS = ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "LICENSE", "NOTICE"];

/** Builds `dist` unless it was built from exactly these sources; quick when there is nothing to do. */
export async function ensureBuild() {
  if (isCurrent(hashSources())) return;
  await withLock("build", async () => {
    const hash = hashSources();
    if (!isCurrent(hash)) await build(hash);
  });
}

/** @param {string} hash */
function isCurrent(hash) {
  const stamp = join(DIST, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
}

function hashSources() {
  const hash = createHash("sha256");
  for (const file of [...SOURCE_FOLDERS.flatMap(listFiles), ...listTemplates(), ...SOURCE_FILES].sort()) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listFiles(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function listTemplates() {
  const names = readdirSync(join(root, TEMPLATE_FOLDER)).filter((name) => name.endsWith(".yaml"));
  return names.map((name) => join(TEMPLATE_FOLDER, name));
}

/** @param {string} hash */
async function build(hash) {
  say("Building");
  mkdirSync(cacheDir, { recursive: true });
  const fresh = mkdtempSync(join(cacheDir, "build-"));
  try {
    const next = join(fresh, "dist");
    compile(next);
    renameTypeImports(next);
    copyAssets(next);
    await bundleWorkflows(next);
    chmodSync(join(next, "src", "cli", "bin.js"), 0o755);
    writeFileSync(join(next, STAMP), hash);
    if (existsSync(DIST)) renameSync(DIST, join(fresh, "previous"));
    renameSync(next, DIST);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * Types are erased without being checked: checking belongs to `npm run check`, and a start need not wait for it.
 * @param {string} next
 */
function compile(next) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--noCheck", "--outDir", next];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new SetupError(`The sources can't be compiled: ${stdout.trim()}`);
}

/**
 * The compiler renames imports of `.ts` files in code but leaves them in declarations, where older compilers stumble over them.
 * @param {string} next
 */
function renameTypeImports(next) {
  const entries = readdirSync(next, { withFileTypes: true, recursive: true });
  for (const { name, parentPath } of entries) {
    if (!name.endsWith(".d.ts")) continue;
    const file = join(parentPath, name);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/(from |import\()"(\.{1,2}\/[^"]+)\.tsx?"/g, '$1"$2.js"'));
  }
}

/** @param {string} next */
function copyAssets(next) {
  cpSync(join(root, "src", "store", "migrations"), join(next, "src", "store", "migrations"), { recursive: true });
  for (const file of listTemplates()) cpSync(join(root, file), join(next, file));
  const assets = join(next, "src", "http", "assets");
  mkdirSync(assets, { recursive: true });
  for (const name of API_PAGE_ASSETS) cpSync(join(root, "node_modules", "swagger-ui-dist", name), join(assets, name));
}

/**
 * The workers take the workflows as one file. The SDK wants an inline source map in it; an empty one makes the file eight
 * times smaller, and the compiled workflows read like their sources anyway.
 * @param {string} next
 */
async function bundleWorkflows(next) {
  const { bundleWorkflowCode, DefaultLogger } = await import("@temporalio/worker");
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(next, "workflows", "index.js"),
    logger: new DefaultLogger("WARN", ({ message }) => say(message)),
    webpackConfigHook: (config) => ({ ...config, context: next, devtool: false }),
  });
  const map = JSON.stringify({ version: 3, file: "workflow-bundle.js", sources: [], names: [], mappings: "" });
  const comment = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}\n`;
  writeFileSync(join(next, "workflow-bundle.js"), `${code}\n${comment}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runScript(async () => {
    await ensureDependencies();
    await ensureBuild();
  });
}
