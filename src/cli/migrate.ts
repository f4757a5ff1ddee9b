import type { Command } from "commander";
import { loadConfig } from "../config/config.ts";
import type { CommandContext } from "./context.ts";
import { type OutputOptions, printJson } from "./output.ts";
import { UsageError } from "./usage-error.ts";

const EXAMPLES = `
Example:
  DATABASE_URL=postgres://countersign@db/countersign countersign migrate`;

/** Adds `migrate`: brings a PostgreSQL database's schema up to date. */
export function addMigrateCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("migrate")
    .description("bring the schema of the database in DATABASE_URL up to date")
    .addHelpText("after", EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const { databaseUrl } = loadConfig(terminal.env);
      if (databaseUrl === undefined) {
        throw new UsageError("Set DATABASE_URL; the embedded store migrates itself when it starts");
      }
      const { openPostgres } = await import("../store/postgres.ts");
      const { migrate } = await import("../store/migrate.ts");
      const db = await openPostgres({ url: databaseUrl });
      try {
        const report = await migrate(db);
        if (command.optsWithGlobals<OutputOptions>().json === true) return printJson(terminal, report);
        for (const name of report.applied) terminal.print(`Applied ${name}`);
        if (report.applied.length === 0) terminal.print("The schema is up to date");
      } finally {
        await db.close();
      }
    });
}
