import { type Command, Option } from "commander";
import type { CreateKeyRequest, KeyView } from "../contract/principal.ts";
import { collectWords, parseLimit } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import type { Terminal } from "./terminal.ts";

interface CreateOptions extends ConnectionOptions {
  readonly subject: string;
  readonly kind: CreateKeyRequest["kind"];
  readonly role?: string[];
  readonly group?: string[];
  readonly scope?: string[];
  /** Checked by the server, which knows the words. */
  readonly permission: CreateKeyRequest["permissions"];
  readonly expiresAt?: string;
  readonly tenant?: string;
}

const EXAMPLES = `
Examples:
  countersign keys create --subject ada --kind user --group finance --permission read,approve
  countersign keys create --subject refund-agent --kind agent --scope finance --permission invoke,read
  countersign keys list
  countersign keys revoke key_…`;

const COLUMNS = {
  headings: ["ID", "PREFIX", "SUBJECT", "KIND", "PERMISSIONS", "EXPIRES", "REVOKED"],
  cells: (key: KeyView) => [
    key.id,
    key.prefix,
    key.subject,
    key.kind,
    key.permissions,
    key.expiresAt ?? "never",
    key.revokedAt ?? "no",
  ],
};

/** Adds `keys create | list | revoke`. */
export function addKeysCommand(program: Command, { terminal }: CommandContext): void {
  const group = program.command("keys").description("manage API keys").addHelpText("after", EXAMPLES);
  group
    .command("create")
    .description("make a key, and its principal if that is new")
    .requiredOption("--subject <name>", "the principal that the key belongs to")
    .addOption(
      new Option("--kind <kind>", "what the principal is").choices(["user", "agent", "service"]).makeOptionMandatory(),
    )
    .option("--role <names>", "roles of the principal, joined by commas", collectWords)
    .option("--group <names>", "groups of the principal", collectWords)
    .option("--scope <names>", "scopes of the principal", collectWords)
    .requiredOption(
      "--permission <names>",
      "invoke, read, approve, audit, policy, act_as, admin, operator",
      collectWords,
    )
    .option("--expires-at <time>", "RFC 3339 time from which the key is refused")
    .option("--tenant <name>", "another tenant (needs permission operator)")
    .action(async (_: unknown, command: Command) => create(command.optsWithGlobals<CreateOptions>(), terminal));
  group
    .command("list")
    .description("list keys without their secrets, newest first")
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        ConnectionOptions & { readonly limit?: number; readonly cursor?: string }
      >();
      const { limit, cursor } = options;
      const page = await connect(options, terminal).keys.list({ limit, cursor, signal: terminal.stopSignal });
      await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
        await printList(terminal, items, COLUMNS);
        noteNextPage(terminal, page);
      });
    });
  group
    .command("revoke <id>")
    .description("revoke a key, effective at once")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await connect(options, terminal).keys.revoke(id);
      await printAnswer(terminal, { answer, json: options.json }, (key) => printKey(terminal, key));
    });
}

async function create(options: CreateOptions, terminal: Terminal): Promise<void> {
  const { subject, kind, role, group, scope, permission, expiresAt, tenant } = options;
  const request = {
    subject,
    kind,
    roles: role,
    groups: group,
    scopes: scope,
    permissions: permission,
    expiresAt,
    tenant,
  };
  const answer = await connect(options, terminal).keys.create(request);
  await printAnswer(terminal, { answer, json: options.json }, (key) => {
    printKey(terminal, key);
    terminal.note("The key is shown this once: keep it now");
  });
}

function printKey(terminal: Terminal, key: KeyView & { readonly key?: string }): void {
  printFields(terminal, {
    Key: key.key,
    ID: key.id,
    Prefix: key.prefix,
    Tenant: key.tenant,
    Subject: key.subject,
    Kind: key.kind,
    Roles: key.roles,
    Groups: key.groups,
    Scopes: key.scopes,
    Permissions: key.permissions,
    Expires: key.expiresAt,
    Revoked: key.revokedAt,
  });
}
