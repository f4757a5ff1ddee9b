import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a command line ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const BIN = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

/** Runs `countersign` as a process of its own, from the sources, with only what a test gives it. */
export function runBin(
  args: readonly string[],
  { env = {}, input = "" }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", TSX, BIN, ...args], {
      env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...env },
    });
    const chunks = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (chunks.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (chunks.stderr += text));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, ...chunks }));
    child.stdin.end(input);
  });
}
