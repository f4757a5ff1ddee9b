// What `npm start`, `npm test` and the other commands do first. Node's own modules only: nothing else may be installed yet.
import { ensureDependencies } from "./dependencies.mjs";
import { SetupError } from "./report.mjs";
import { ensureTemporalCli } from "./temporal-cli.mjs";

const MIN_NODE = { major: 20, minor: 19 };

/**
 * Makes the clone ready to run: Node new enough, dependencies as locked, a Temporal to be had.
 * @param {{ ownServer?: boolean }} [options] with `ownServer` a server of one's own must be startable, whatever TEMPORAL_ADDRESS says
 */
export async function ensureSetup(options = {}) {
  checkNode(process.versions.node);
  await ensureDependencies();
  await ensureTemporalCli(options);
}

/**
 * Refuses a Node that is too old.
 * @param {string} version
 */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > MIN_NODE.major || (major === MIN_NODE.major && minor >= MIN_NODE.minor)) return;
  const wanted = `${MIN_NODE.major}.${MIN_NODE.minor}`;
  throw new SetupError(`Countersign needs Node.js ${wanted} or newer and this is ${version}: install a newer one`);
}
