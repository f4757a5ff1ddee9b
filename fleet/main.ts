import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { startFleet } from "./start-fleet.ts";

/** `npm run fleet [-- --actions module --policy file]`: all parts as plain processes of this machine, until Ctrl-C. */
const { actions, policy } = readArguments(process.argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), "countersign-fleet-"));
const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
console.log("Starting PostgreSQL, Temporal, two workers and two HTTP processes …");
const fleet = await startFleet({
  ...{ folder, actionsModule: resolve(actions), policyFile: resolve(policy), hasUi: true },
  env: { COUNTERSIGN_DATA_DIR: folder },
});

const lines = [
  ...fleet.apis.map(({ name, url, pid }) => `${name.padEnd(10)} ${url} (pid ${pid()})`),
  ...fleet.workers.map(({ name, pid }) => `${name.padEnd(10)} pid ${pid()}`),
  `Temporal   ${fleet.temporal().address}, UI ${fleet.temporal().uiUrl ?? ""}`,
  `PostgreSQL ${fleet.ownerUrl} (owner), ${fleet.databaseUrl} (processes)`,
  `Logs       ${folder}`,
  "",
  `export COUNTERSIGN_URL=${fleet.apis[0]?.url ?? ""} COUNTERSIGN_API_KEY=${fleet.adminKey}`,
  "npx countersign invocations list",
  "",
  "Ctrl-C ends everything, the database included",
];
console.log(lines.join("\n"));
await stopped;
await fleet.close();
process.exit(0);

function readArguments(args: readonly string[]): { readonly actions: string; readonly policy: string } {
  const valueOf = (flag: string, otherwise: string): string => {
    const at = args.indexOf(flag);
    return at === -1 ? otherwise : (args[at + 1] ?? otherwise);
  };
  return {
    actions: valueOf("--actions", "examples/billing/actions.ts"),
    policy: valueOf("--policy", "examples/billing/policy.yaml"),
  };
}
