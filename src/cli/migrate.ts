import type { Command } from "commander";
import { loadConfig } from "../config/config.ts";
import type { MigrationReport } from "../store/migrate.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printJson } from "./output.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface MigrateOptions extends OutputOptions {
  readonly runtimeRole?: string;
  readonly retentionRole?: string;
}

/** What the command did. */
interface Report extends MigrationReport {
  /** The roles that were granted what they need; absent where none was named. */
  readonly granted?: { readonly runtime?: string | undefined; readonly retention?: string | undefined };
}

const EXAMPLES = `
Roles are there before: an administrator creates them. Doors and workers connect as the runtime role, which can't change
or delete evidence; \`countersign erase\` and \`countersign encryption\` as the retention role. Name them at each migration.

Examples:
  DATABASE_URL=postgres://countersign@db/countersign countersign migrate
  countersign migrate --runtime-role countersign_app --retention-role countersign_retention`;

/** Adds `migrate`: brings a PostgreSQL database's schema up to date. */
export function addMigrateCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("migrate")
    .description("bring the schema of the database in DATABASE_URL up to date")
    .option("--runtime-role <role>", "role of doors and workers; default COUNTERSIGN_RUNTIME_ROLE")
    .option("--retention-role <role>", "role that erases and re-encrypts content; default COUNTERSIGN_RETENTION_ROLE")
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<MigrateOptions>();
      const report = await migrateAndGrant(options, terminal);
      if (options.json === true) return printJson(terminal, report);
      for (const name of report.applied) terminal.print(`Applied ${name}`);
      if (report.applied.length === 0) terminal.print("The schema is up to date");
      for (const [kind, role] of Object.entries(report.granted ?? {})) {
        if (role !== undefined) terminal.print(`Granted ${role} what the ${kind} role needs`);
      }
    });
}

async function migrateAndGrant(options: MigrateOptions, { env }: Terminal): Promise<Report> {
  const config = loadConfig(env);
  const { databaseUrl } = config;
  if (databaseUrl === undefined) {
    throw new UsageError("Set DATABASE_URL; the embedded store migrates itself when it starts");
  }
  const { openPostgres } = await import("../store/postgres.ts");
  const { migrate } = await import("../store/migrate.ts");
  const { grantRoles } = await import("../store/roles.ts");
  const runtime = options.runtimeRole ?? config.runtimeRole;
  const retention = options.retentionRole ?? config.retentionRole;
  const db = await openPostgres({ url: databaseUrl });
  try {
    const report = await migrate(db);
    if (runtime === undefined && retention === undefined) return report;
    await grantRoles(db, { runtime, retention });
    return { ...report, granted: { runtime, retention } };
  } finally {
    await db.close();
  }
}
