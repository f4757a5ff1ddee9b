import { runCli } from "../../src/cli/run-cli.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

/** Runs one command line in this process, without a screen unless told, with only what a test gives it. */
export async function runHere(
  args: readonly string[],
  {
    env = {},
    input = "",
    stopSignal = new AbortController().signal,
    isInteractive = false,
  }: Partial<Pick<Terminal, "env" | "stopSignal" | "isInteractive">> & { input?: string } = {},
) {
  const lines = { stdout: [] as string[], stderr: [] as string[] };
  const terminal: Terminal = {
    print: (line) => void lines.stdout.push(line),
    note: (line) => void lines.stderr.push(line),
    readInput: () => Promise.resolve(input),
    isInteractive,
    env: { HOME: "/nonexistent", XDG_CONFIG_HOME: "/nonexistent", ...env },
    stopSignal,
  };
  const exitCode = await runCli(args, terminal);
  return { exitCode, stdout: lines.stdout.join("\n"), stderr: lines.stderr.join("\n") };
}
