// `npm run demo`: shows on a running server what Countersign claims. Exit code 0 only if every claim held.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, styleText } from "node:util";
import { createClient } from "countersign";
import { decisionSteps } from "./decisions.ts";
import { evidenceSteps } from "./evidence.ts";
import { faultSteps } from "./faults.ts";
import { createDemoServer, type DemoServer } from "./server.ts";
import type { Claim, Stage, Step, Told } from "./stage.ts";

const STEPS: readonly Step[] = [...decisionSteps, ...faultSteps, ...evidenceSteps];
const ACTIONS_FILE = fileURLToPath(new URL("actions.ts", import.meta.url));
const POLICY_FILE = fileURLToPath(new URL("policy.yaml", import.meta.url));
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Ctrl-C, or a request to end. */
class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: keyof typeof EXIT_CODES) {
    super(`Stopped by ${signal}`);
    this.exitCode = EXIT_CODES[signal];
  }
}

const dataDir = mkdtempSync(join(tmpdir(), "countersign-demo-"));
const server = createDemoServer({ dataDir, actionsFile: ACTIONS_FILE, policyFile: POLICY_FILE });
try {
  process.exitCode = await Promise.race([tellStory(server), interruption()]);
} catch (error) {
  console.log(`${paint("red", "✗")} ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function tellStory(demo: DemoServer): Promise<0 | 1> {
  const startedAtMs = performance.now();
  console.log(`\nStarting Countersign with the billing example in ${dataDir}`);
  await demo.start();
  const stage = createStage(demo);
  console.log(`It serves at ${demo.announced().url}; its Temporal UI is at ${demo.announced().temporalUiUrl}\n`);
  for (const [index, step] of STEPS.entries()) {
    const told = await step.play(stage);
    printStep(`${index + 1}`, step.title, told);
    if (!told.proof.every(holds)) return 1;
  }
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  console.log(`${STEPS.length} of ${STEPS.length} as claimed, in ${seconds} s`);
  return 0;
}

function createStage(demo: DemoServer): Stage {
  const { url: baseUrl, adminKeyFile, demoKeys } = demo.announced();
  return {
    agent: createClient({ baseUrl, apiKey: demoKeys.agent }),
    approver: createClient({ baseUrl, apiKey: demoKeys.approver }),
    admin: createClient({ baseUrl, apiKey: readFileSync(adminKeyFile, "utf8").trim() }),
    server: demo,
    policy: readFileSync(POLICY_FILE, "utf8"),
    countEffects: () => readLines(join(dataDir, "billing.jsonl")).length,
  };
}

function printStep(number: string, title: string, { asked, happened, proof }: Told): void {
  const mark = proof.every(holds) ? paint("green", "✓") : paint("red", "✗");
  console.log(`${mark} ${number.padStart(2)}  ${paint("bold", title)}`);
  console.log(`      asked     ${asked}`);
  console.log(`      happened  ${happened}`);
  for (const [index, one] of proof.entries())
    console.log(`      ${index === 0 ? "proof   " : "        "}  ${describe(one)}`);
  console.log("");
}

function describe(one: Claim): string {
  const got = JSON.stringify(one.got);
  if (holds(one)) return `${one.what}: ${got}`;
  return paint("red", `${one.what}: expected ${JSON.stringify(one.expected)}, got ${got}`);
}

function holds({ got, expected }: Claim): boolean {
  return isDeepStrictEqual(got, expected);
}

/** Rejects at the first request to end. Later ones change nothing: cleaning up takes a moment. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => reject(new Interrupted(signal)));
  });
}

/** No file yet means no effect yet. */
function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

function paint(style: "green" | "red" | "bold", text: string): string {
  const plain = !process.stdout.isTTY || process.env["NO_COLOR"] !== undefined;
  return plain ? text : styleText(style, text);
}
