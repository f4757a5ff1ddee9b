// `node scripts/run.mjs <file.ts> [arguments]`: sets the clone up and runs a TypeScript file of it.
import { ensureBuild } from "./build.mjs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runScript, SetupError } from "./report.mjs";
import { ensureSetup } from "./setup.mjs";

await runScript(async () => {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) throw new SetupError("Name the TypeScript file to run");
  await ensureSetup();
  await ensureBuild();
  const { register } = await import("tsx/esm/api");
  register();
  process.argv.splice(1, Infinity, resolve(file), ...args);
  await import(pathToFileURL(resolve(file)).href);
});
