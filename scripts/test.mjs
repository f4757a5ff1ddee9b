// `npm test`: sets the clone up and runs the whole suite; arguments go to vitest.
import { ensureBuild } from "./build.mjs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { runScript } from "./report.mjs";
import { ensureSetup } from "./setup.mjs";

await runScript(async () => {
  await ensureSetup({ ownServer: true });
  await ensureBuild();
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  // A Ctrl-C reaches the child by itself; wait for it to take its servers down.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code) => process.exit(code ?? 1));
});
