// `npm run check`: every gate that needs no server, one line each; a gate's own output is shown only when it fails.
import { spawn } from "node:child_process";
import { styleText } from "node:util";
import { root } from "./paths.mjs";
import { runScript } from "./report.mjs";
import { ensureSetup } from "./setup.mjs";

const SOURCES = ["src", "workflows", "activities", "worker"];
const MIN_CORE_COVERAGE = 98;

/** Quick ones first; two at a time. @type {readonly (readonly [name: string, command: string, ...args: string[]])[]} */
const GATES = [
  ["format", "prettier", "--check", "--log-level=warn", "."],
  ["lint, style numbers, promises", "oxlint", "--type-aware", "--format=unix"],
  ["docstrings", "node", "scripts/check-docs.mjs"],
  ["import table", "depcruise", ...SOURCES, "--config", ".dependency-cruiser.cjs"],
  ["value imports", "depcruise", ...SOURCES, "--config", ".dependency-cruiser.values.cjs"],
  ["types", "tsc", "-p", "."],
  ["dead code", "knip"],
  ["core coverage", "vitest", "run", "test/core", "--no-isolate", ...coverageOptions()],
];

/** What is not covered is listed, what is covered is not. */
function coverageOptions() {
  const thresholds = ["statements", "branches"].map((kind) => `--coverage.thresholds.${kind}=${MIN_CORE_COVERAGE}`);
  return ["--coverage", "--coverage.reporter=text", "--coverage.skipFull", ...thresholds];
}

/**
 * @param {readonly [name: string, command: string, ...args: string[]]} gate
 * @returns {Promise<boolean>} whether it passed
 */
async function runGate([name, command, ...args]) {
  const startedAtMs = performance.now();
  const { code, output } = await runTool(command, args);
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  if (code === 0) console.log(`${styleText("green", "✓")} ${name} (${seconds} s)`);
  else console.log(`${styleText("red", "✗")} ${name} (${seconds} s)\n${output.trimEnd()}`);
  return code === 0;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function runTool(command, args) {
  const env = { ...process.env, NO_COLOR: "1", PATH: `${root}/node_modules/.bin:${process.env["PATH"] ?? ""}` };
  const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, output: error.message }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** @param {(typeof GATES)[number][]} queue */
async function runQueue(queue) {
  let passed = true;
  for (let gate = queue.shift(); gate !== undefined; gate = queue.shift()) passed = (await runGate(gate)) && passed;
  return passed;
}

await runScript(async () => {
  await ensureSetup();
  const queue = [...GATES];
  const results = await Promise.all([runQueue(queue), runQueue(queue)]);
  process.exitCode = results.every(Boolean) ? 0 : 1;
});
