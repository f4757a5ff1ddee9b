// `npm test`: sets the clone up and runs the whole suite; arguments go to vitest.
import { ensureBuild } from "./build.mjs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { runScript } from "./report.mjs";
import { ensureSetup } from "./setup.mjs";

/**
 * What is pure needs no process of its own for each file, which takes half of its time away.
 * @type {readonly (readonly string[])[]}
 */
const ALL = [
  ["test/core", "--no-isolate"],
  ["--exclude", "test/core/**"],
];

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} vitest's exit code
 */
function runVitest(args) {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...args], { cwd: root, stdio: "inherit" });
  process.once("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

await runScript(async () => {
  await ensureSetup({ ownServer: true });
  await ensureBuild();
  // A Ctrl-C reaches the child by itself; wait for it to take its servers down.
  let isStopped = false;
  process.on("SIGINT", () => (isStopped = true));
  const args = process.argv.slice(2);
  let worst = 0;
  for (const run of args.length > 0 ? [args] : ALL) {
    if (!isStopped) worst = Math.max(worst, await runVitest(run));
  }
  process.exit(worst);
});
