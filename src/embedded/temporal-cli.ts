import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CountersignError } from "../core/countersign-error.ts";

/** Version of the Temporal CLI that the set-up script installs and the tests run on; `scripts/temporal-cli.mjs` pins its hashes. */
export const TEMPORAL_CLI_VERSION = "1.9.1";

/** The folder that holds this package's `package.json`: the clone, or the installed package. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isPackageRoot(folder)) {
    const parent = dirname(folder);
    if (parent === folder) throw new CountersignError("internal", "The package's own folder can't be found");
    folder = parent;
  }
  return folder;
}

/**
 * Finds the Temporal CLI: `TEMPORAL_CLI_PATH`, then `temporal` on the PATH, then the project's cache, where the set-up script installs it.
 * @throws unavailable when there is none, naming the ways to get one
 */
export function findTemporalCli(env: NodeJS.ProcessEnv = process.env): string {
  if (env["TEMPORAL_CLI_PATH"]) return assertExecutable(resolve(env["TEMPORAL_CLI_PATH"]));
  const found = findOnPath(env["PATH"] ?? "") ?? findInCache();
  if (found !== undefined) return found;
  throw new CountersignError(
    "unavailable",
    "No Temporal can be had: set TEMPORAL_ADDRESS to a running server, or TEMPORAL_CLI_PATH to the Temporal CLI, or put `temporal` on the PATH",
  );
}

/** Where the set-up script puts the CLI inside the clone; the file need not exist. */
export function cachedTemporalCli(): string {
  return join(packageRoot(), ".cache", "temporal", TEMPORAL_CLI_VERSION, "temporal");
}

function isPackageRoot(folder: string): boolean {
  const manifest = join(folder, "package.json");
  return existsSync(manifest) && /"name":\s*"countersign"/.test(readFileSync(manifest, "utf8"));
}

function findOnPath(path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, "temporal"))
    .find(isExecutable);
}

function findInCache(): string | undefined {
  const cached = cachedTemporalCli();
  return isExecutable(cached) ? cached : undefined;
}

function assertExecutable(path: string): string {
  if (isExecutable(path)) return path;
  throw new CountersignError("unavailable", "TEMPORAL_CLI_PATH names no executable file");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
