// `npm start`: everything in one process tree with the billing example, unless the environment names other actions.
import { ensureBuild } from "./build.mjs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./paths.mjs";
import { runScript } from "./report.mjs";
import { ensureSetup } from "./setup.mjs";

await runScript(async () => {
  await ensureSetup();
  await ensureBuild();
  process.env["COUNTERSIGN_ACTIONS"] ??= join(root, "examples", "billing", "actions.ts");
  process.env["COUNTERSIGN_POLICY"] ??= join(root, "examples", "billing", "policy.yaml");
  // In this process rather than in a child: then a signal has only one receiver.
  const bin = join(root, "dist", "src", "cli", "bin.js");
  process.argv.splice(1, Infinity, bin, "start", "--demo", ...process.argv.slice(2));
  await import(pathToFileURL(bin).href);
});
