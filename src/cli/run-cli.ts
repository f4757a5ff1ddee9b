import { CommanderError } from "commander";
import { CountersignError } from "../core/countersign-error.ts";
import { createProgram } from "./program.ts";
import { type Terminal, toPrintable, toPrintableJson } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** 0: done. 1: refused or failed. 2: written wrongly. */
export type ExitCode = 0 | 1 | 2;

/** Runs one command line (without node and script) and says how it ended. Never throws. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const context = { terminal, refuse: () => void (exitCode = 1) };
  try {
    await createProgram(context).parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportError(error, terminal, args.includes("--json"));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** One clear line, or one JSON document; the stack only for whoever asks for it. */
function reportError(error: unknown, terminal: Terminal, asJson: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  if (asJson && error instanceof CountersignError) {
    const { code, status, retryable, retryAfterMs, details, invocation } = error;
    terminal.note(toPrintableJson({ code, message, status, retryable, retryAfterMs, details, invocation }));
  } else {
    // A list of faults has a line each; within a line nothing moves the cursor.
    for (const line of `countersign: ${message}`.split("\n")) terminal.note(toPrintable(line));
    if (error instanceof CountersignError) noteFaults(error, terminal);
  }
  const level = terminal.env["COUNTERSIGN_LOG_LEVEL"];
  if ((level === "debug" || level === "trace") && error instanceof Error) terminal.note(error.stack ?? "");
}

/** What a server found wrong with a document or an input, a line each. */
function noteFaults({ details, code }: CountersignError, terminal: Terminal): void {
  if (code !== "invalid_policy" && code !== "invalid_input" && code !== "invalid_query") return;
  const { faults } = details;
  for (const fault of Array.isArray(faults) ? faults : []) terminal.note(`  ${toPrintableJson(fault)}`);
}
