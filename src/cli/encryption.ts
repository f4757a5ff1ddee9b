import type { Command } from "commander";
import { loadConfig } from "../config/config.ts";
import type { ResealReport, SealedCount } from "../store/reseal.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printJson, printList } from "./output.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const ABOUT = `
Real inputs, outputs and edits are sealed with the first key of COUNTERSIGN_ENCRYPTION_KEYS ("<id>:<Base64 of 32 bytes>", with
commas between keys) and opened with any of them. To rotate: give every process the new key behind the old one and restart it, then
the new key first, then run \`encryption rotate\`, and when \`status\` shows no value of the old key, drop it. Works on DATABASE_URL while
others use it, or on the store in COUNTERSIGN_DATA_DIR while its server is stopped.

Examples:
  countersign encryption status
  countersign encryption rotate --json`;

/** Adds `encryption`: which keys seal what is stored, and sealing it with another one. */
export function addEncryptionCommand(program: Command, context: CommandContext): void {
  const encryption = program
    .command("encryption")
    .description("look at the keys that seal stored values, and seal them with a new one")
    .addHelpText("after", ABOUT);
  encryption
    .command("status")
    .description("count the stored values by the key that they are sealed with")
    .action((_: unknown, command: Command) => showStatus(command.optsWithGlobals<OutputOptions>(), context));
  encryption
    .command("rotate")
    .description("seal every value with the first key; may be stopped and started again")
    .action((_: unknown, command: Command) => rotate(command.optsWithGlobals<OutputOptions>(), context));
}

async function showStatus(options: OutputOptions, { terminal }: CommandContext): Promise<void> {
  const config = loadConfig(terminal.env);
  const { useDatabase } = await import("../process/use-database.ts");
  const { countSealed } = await import("../store/reseal.ts");
  const values = await useDatabase(config, countSealed);
  const current = config.encryptionKeys?.[0].id ?? null;
  if (options.json === true) return printJson(terminal, { current, values });
  terminal.note(current === null ? "New values are kept as they are" : `New values are sealed with the key ${current}`);
  await printCounts(terminal, values);
}

async function rotate(options: OutputOptions, { terminal, refuse }: CommandContext): Promise<void> {
  const config = loadConfig(terminal.env);
  const { encryptionKeys: ring } = config;
  if (ring === undefined) throw new UsageError("Set COUNTERSIGN_ENCRYPTION_KEYS to the new key and the old ones");
  const { useDatabase } = await import("../process/use-database.ts");
  const { reseal } = await import("../store/reseal.ts");
  const report = await useDatabase(config, (db) => reseal(db, { ring, signal: terminal.stopSignal }));
  if (report.unreadable.length > 0 || !report.isComplete) refuse();
  if (options.json === true) return printJson(terminal, { current: ring[0].id, ...report });
  await printReport(terminal, report, ring[0].id);
}

async function printReport(terminal: Terminal, report: ResealReport, key: string): Promise<void> {
  for (const { column, count } of report.resealed) terminal.print(`${column}: ${count} sealed with the key ${key}`);
  if (report.unreadable.length > 0) {
    terminal.note("Left as they are, since no key of COUNTERSIGN_ENCRYPTION_KEYS opens them:");
    await printCounts(terminal, report.unreadable);
  }
  if (!report.isComplete) terminal.note("Stopped before the end; the same command goes on");
}

function printCounts(terminal: Terminal, counts: readonly SealedCount[]): Promise<void> {
  return printList(terminal, counts, {
    headings: ["column", "key", "values"],
    cells: ({ column, key, count }) => [column, key ?? "(not sealed)", count],
  });
}
