import type { Command } from "commander";
import { loadConfig } from "../config/config.ts";
import { parseDurationMs } from "../core/policy/document/durations.ts";
import type { RetentionReport } from "../store/retention.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printFields, printJson } from "./output.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface EraseOptions extends OutputOptions {
  readonly olderThan?: string;
  readonly tenant?: string;
  readonly dryRun?: true;
}

const EXAMPLES = `
Inputs, outputs, reasons, edits and what events say of them go; status, times, names, hashes and idempotency keys stay.
DATABASE_URL names the schema's owner or the retention role of \`countersign migrate --retention-role\`.

Examples:
  countersign erase --older-than 365d --dry-run
  countersign erase --older-than 90d --tenant acme --json`;

/** Adds `erase`: empties the content of calls that ended long ago. */
export function addEraseCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("erase")
    .description("erase the content of calls that ended long ago, and keep what proves that they were")
    .option("--older-than <duration>", "time since a call's end, such as 365d; default COUNTERSIGN_RETENTION")
    .option("--tenant <tenant>", "only this tenant's; default every tenant's")
    .option("--dry-run", "only count what would be erased")
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<EraseOptions>();
      const report = await erase(options, terminal);
      if (options.json === true) printJson(terminal, report);
      else print(terminal, report);
    });
}

async function erase({ olderThan, tenant, dryRun }: EraseOptions, terminal: Terminal): Promise<RetentionReport> {
  const { databaseUrl, retentionMs } = loadConfig(terminal.env);
  const olderThanMs = olderThan === undefined ? retentionMs : parseDurationMs(olderThan);
  if (olderThanMs === undefined) throw new UsageError("Say how old content must be: --older-than 365d");
  if (databaseUrl === undefined) {
    throw new UsageError("Set DATABASE_URL; the embedded server erases by itself where COUNTERSIGN_RETENTION is set");
  }
  const { openPostgres } = await import("../store/postgres.ts");
  const { eraseContent } = await import("../store/retention.ts");
  const db = await openPostgres({ url: databaseUrl, isPatient: true });
  try {
    return await eraseContent(db, { olderThanMs, tenant, isDryRun: dryRun === true, signal: terminal.stopSignal });
  } finally {
    await db.close();
  }
}

function print(terminal: Terminal, { closedBefore, isDryRun, invocations, events, deleted }: RetentionReport): void {
  printFields(terminal, {
    "Calls that ended before": closedBefore,
    [isDryRun ? "To be erased" : "Erased"]: invocations,
    "Events emptied": events,
    "Past budget accounts": deleted.budgets,
    "Closed budget entries": deleted.budgetEntries,
    "Closed sessions": deleted.sessions,
    "Stopped workers": deleted.workers,
    "Ended deliveries": deleted.deliveries,
  });
}
