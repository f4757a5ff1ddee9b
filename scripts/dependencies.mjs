import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { root } from "./paths.mjs";
import { say, SetupError } from "./report.mjs";

const LOCKFILE = join(root, "package-lock.json");
const STAMP = join(root, "node_modules", ".countersign-lock");
const INSTALLED = join(root, "node_modules", ".package-lock.json");

/** Runs `npm ci` when what is installed isn't what the lockfile says. */
export async function ensureDependencies() {
  if (isCurrent()) return;
  await withLock("dependencies", async () => {
    if (isCurrent()) return;
    if (!isInstalled()) install();
    writeFileSync(STAMP, lockfileHash());
  });
}

function isCurrent() {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === lockfileHash();
}

function lockfileHash() {
  return createHash("sha256").update(readFileSync(LOCKFILE)).digest("hex");
}

/** Whether somebody's own `npm ci` or `npm install` put there exactly what the lockfile names; then there is nothing to do. */
function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  const installed = readPackages(INSTALLED);
  return Object.entries(readPackages(LOCKFILE)).every(([path, wanted]) => {
    if (path === "" || wanted.optional || wanted.devOptional) return true;
    const found = installed[path];
    return found !== undefined && found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage
 * @param {string} file
 * @returns {Record<string, LockedPackage>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

function install() {
  say("Installing dependencies (npm ci)");
  const npm = findNpm();
  // Tests and the build need the development dependencies, also where NODE_ENV says production.
  const args = [...npm.args, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status, error } = spawnSync(npm.command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (error !== undefined) throw new SetupError("npm can't be run: install npm, which comes with Node.js");
  if (status !== 0) throw new SetupError("The dependencies can't be installed: npm ci failed, see above");
}

function findNpm() {
  const script = process.env["npm_execpath"];
  // Another package manager that runs the script would not understand `ci`.
  if (script !== undefined && /npm-cli\.c?js$/.test(script)) return { command: process.execPath, args: [script] };
  return { command: "npm", args: [] };
}
