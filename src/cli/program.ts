import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addActionsCommand } from "./actions.ts";
import { addApiCommand } from "./api.ts";
import { addApprovalsCommand } from "./approvals.ts";
import { addAuditCommand } from "./audit.ts";
import { addBudgetsCommand } from "./budgets.ts";
import type { CommandContext } from "./context.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addEncryptionCommand } from "./encryption.ts";
import { addEraseCommand } from "./erase.ts";
import { addGrantsCommand } from "./grants.ts";
import { addGuardsCommand } from "./guards.ts";
import { addInvocationsCommand } from "./invocations.ts";
import { addInvokeCommand } from "./invoke.ts";
import { addKeysCommand } from "./keys.ts";
import { addMigrateCommand } from "./migrate.ts";
import { addPolicyCommand } from "./policy.ts";
import { addReconcileCommand } from "./reconcile.ts";
import { addRunsCommand } from "./runs.ts";
import { addStartCommand } from "./start.ts";
import { addWebhooksCommand } from "./webhooks.ts";
import { addWorkerCommand } from "./worker.ts";

const NOTES = `
Server and key come from --url, COUNTERSIGN_URL and COUNTERSIGN_API_KEY, or from a profile file
(~/.config/countersign/profile.json: { "url": "…", "apiKey": "…" }, mode 0600).
Exit codes: 0 done, 1 refused or failed, 2 written wrongly.

Examples:
  countersign start --actions actions.ts --policy policy.yaml
  countersign invoke billing.get_invoice --input '{"invoiceId":"inv_1"}'
  countersign approvals list --status pending --mine
  countersign doctor`;

/** The command line, all of it; nothing runs before it is parsed. */
export function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command("countersign")
    .description("Guarded actions: decided by policy, approved by the right people, executed once")
    .version(readVersion())
    .option("--json", "answer with JSON")
    .option("--url <url>", "address of the server; default COUNTERSIGN_URL or http://127.0.0.1:7700")
    .option("--profile <file>", "profile file to read instead of the default one")
    .addHelpText("after", NOTES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
    .showHelpAfterError("(--help says more)")
    .exitOverride();
  for (const add of [addStartCommand, addApiCommand, addWorkerCommand, addMigrateCommand]) add(program, context);
  for (const add of [addInvokeCommand, addInvocationsCommand, addApprovalsCommand]) add(program, context);
  for (const add of [addActionsCommand, addPolicyCommand, addKeysCommand, addAuditCommand]) add(program, context);
  addBudgetsCommand(program, context);
  addRunsCommand(program, context);
  addGrantsCommand(program, context);
  addGuardsCommand(program, context);
  addWebhooksCommand(program, context);
  addReconcileCommand(program, context);
  addEraseCommand(program, context);
  addEncryptionCommand(program, context);
  addDoctorCommand(program, context);
  return program;
}

/** The package's version; its package.json is two folders up in the sources and three in the build. */
function readVersion(): string {
  const depth = import.meta.url.endsWith(".ts") ? "../../" : "../../../";
  const manifest = JSON.parse(readFileSync(new URL(`${depth}package.json`, import.meta.url), "utf8")) as {
    version: string;
  };
  return manifest.version;
}
