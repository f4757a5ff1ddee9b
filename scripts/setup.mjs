// What `npm start`, `npm test` and the other commands do first. Node's own modules only: nothing else may be installed yet.
import { ensureDependencies } from "./dependencies.mjs";
import { SetupError } from "./report.mjs";
import { ensureTemporalCli } from "./temporal-cli.mjs";

const MIN_NODE = [20, 19];

/** Makes the clone ready to run: Node new enough, dependencies as locked, a Temporal to be had. */
export async function ensureSetup() {
  checkNode();
  await ensureDependencies();
  await ensureTemporalCli();
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [minMajor = 0, minMinor = 0] = MIN_NODE;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return;
  throw new SetupError(
    `Countersign needs Node.js ${MIN_NODE.join(".")} or newer and this is ${process.versions.node}: install a newer one`,
  );
}
