import { type Command, InvalidArgumentError, Option } from "commander";
import type {
  CreateWebhookRequest,
  DeliveryFilter,
  DeliveryView,
  PutWebhookRequest,
  WebhookSecret,
  WebhookView,
} from "../contract/webhooks.ts";
import type { WebhooksClient } from "../client/webhooks.ts";
import { collectWords, parseLimit } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface CreateOptions extends ConnectionOptions {
  /** Checked by the server, which knows the words. */
  readonly type?: CreateWebhookRequest["types"];
  readonly description?: string;
}

type DeliveryOptions = ConnectionOptions & DeliveryFilter & { readonly limit?: number; readonly cursor?: string };

interface ReplayOptions extends ConnectionOptions {
  readonly event?: number;
  readonly after?: number;
  readonly dead?: true;
}

const EXAMPLES = `
Examples:
  countersign webhooks create https://hooks.example.com/countersign --type approval.opened,approval.reminded
  countersign webhooks deliveries whk_… --state dead
  countersign webhooks replay whk_… --dead
  countersign webhooks rotate whk_…`;

const COLUMNS = {
  headings: ["ID", "URL", "TYPES", "DESCRIPTION", "DISABLED"],
  cells: (webhook: WebhookView) => [
    webhook.id,
    webhook.url,
    webhook.types.length === 0 ? "all" : webhook.types,
    webhook.description,
    webhook.disabledAt ?? "no",
  ],
};

const DELIVERY_COLUMNS = {
  headings: ["EVENT", "TYPE", "STATE", "ATTEMPTS", "LAST ANSWER", "NEXT", "FINISHED"],
  cells: (delivery: DeliveryView) => [
    delivery.seq,
    delivery.type,
    delivery.state,
    delivery.attempts,
    delivery.lastError ?? delivery.lastStatus,
    delivery.dueAt,
    delivery.finishedAt,
  ],
};

/** Adds `webhooks create | list | show | secret | rotate | disable | enable | deliveries | replay | delete`. */
export function addWebhooksCommand(program: Command, { terminal }: CommandContext): void {
  const group = program.command("webhooks").description("manage who is told of events").addHelpText("after", EXAMPLES);
  addCreateAndList(group, terminal);
  addSecrets(group, terminal);
  addDeliveries(group, terminal);
  const one = [
    ["show", "show one webhook", (webhooks, id, options) => webhooks.get(id, options)],
    ["disable", "tell it of nothing, and give up what it was still to be told", putting({ disabled: true })],
    ["enable", "tell it of events again, from now on", putting({ disabled: false })],
    ["delete", "remove it and its deliveries", (webhooks, id) => webhooks.delete(id)],
  ] as const satisfies readonly (readonly [string, string, Act<WebhookView>])[];
  for (const [name, description, act] of one) {
    addOfOne(group, terminal, { name, description, act, print: printWebhook });
  }
}

/** Something to do with one webhook. */
type Act<Answer> = (webhooks: WebhooksClient, id: string, options: { readonly signal: AbortSignal }) => Promise<Answer>;

interface OneCommand<Answer> {
  readonly name: string;
  readonly description: string;
  readonly act: Act<Answer>;
  readonly print: (terminal: Terminal, answer: Answer) => void;
}

function putting(request: PutWebhookRequest): Act<WebhookView> {
  return (webhooks, id) => webhooks.put(id, request);
}

function addOfOne<Answer>(group: Command, terminal: Terminal, command: OneCommand<Answer>): void {
  const { name, description, act, print } = command;
  group
    .command(`${name} <id>`)
    .description(description)
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await act(connect(options, terminal).webhooks, id, { signal: terminal.stopSignal });
      await printAnswer(terminal, { answer, json: options.json }, (found) => print(terminal, found));
    });
}

function addCreateAndList(group: Command, terminal: Terminal): void {
  group
    .command("create <url>")
    .description("make a webhook that is told of events from now on")
    .option("--type <types>", "types of events, joined by commas; default all", collectWords)
    .option("--description <text>", "what it is for")
    .action(async (url: string, _: unknown, command: Command) => {
      const { type, description, ...options } = command.optsWithGlobals<CreateOptions>();
      const answer = await connect(options, terminal).webhooks.create({ url, types: type, description });
      await printAnswer(terminal, { answer, json: options.json }, (webhook) => {
        printWebhook(terminal, webhook);
        printSecret(terminal, webhook);
      });
    });
  group
    .command("list")
    .description("list webhooks, newest first")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const items = await connect(options, terminal).webhooks.list({ signal: terminal.stopSignal });
      await printAnswer(terminal, { answer: { items }, json: options.json }, () => printList(terminal, items, COLUMNS));
    });
}

function addSecrets(group: Command, terminal: Terminal): void {
  const commands = [
    ["secret", "show what its receiver verifies messages with", (webhooks, id) => webhooks.secret(id)],
    [
      "rotate",
      "give it another secret; the former one counts for 24 more hours",
      (webhooks, id) => webhooks.rotateSecret(id),
    ],
  ] as const satisfies readonly (readonly [string, string, Act<WebhookSecret>])[];
  for (const [name, description, act] of commands) {
    addOfOne(group, terminal, { name, description, act, print: printSecret });
  }
}

function addDeliveries(group: Command, terminal: Terminal): void {
  group
    .command("deliveries <id>")
    .description("list what it was told and is to be told, newest event first")
    .addOption(new Option("--state <state>", "only those").choices(["due", "delivered", "dead"]))
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DeliveryOptions>();
      const query = { state: options.state, limit: options.limit, cursor: options.cursor };
      const page = await connect(options, terminal).webhooks.deliveries(id, { ...query, signal: terminal.stopSignal });
      await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
        await printList(terminal, items, DELIVERY_COLUMNS);
        noteNextPage(terminal, page);
      });
    });
  group
    .command("replay <id>")
    .description("send events again: one of --event, --after and --dead")
    .option("--event <seq>", "the event of this number", parseSeq)
    .option("--after <seq>", "those after the event of this number", parseSeq)
    .option("--dead", "those that were given up")
    .action(async (id: string, _: unknown, command: Command) =>
      replay(id, command.optsWithGlobals<ReplayOptions>(), terminal),
    );
}

async function replay(id: string, options: ReplayOptions, terminal: Terminal): Promise<void> {
  const { event: seq, after: afterSeq, dead } = options;
  const state = dead === true ? ("dead" as const) : undefined;
  if ([seq, afterSeq, state].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError("Say which events: one of --event, --after and --dead");
  }
  const answer = await connect(options, terminal).webhooks.replay(id, { seq, afterSeq, state });
  await printAnswer(terminal, { answer, json: options.json }, ({ count, lastSeq }) =>
    printFields(terminal, { "To be sent": count, "Last event": lastSeq }),
  );
}

function parseSeq(argument: string): number {
  if (!/^\d{1,15}$/.test(argument)) throw new InvalidArgumentError("Give the number of an event.");
  return Number(argument);
}

function printWebhook(terminal: Terminal, webhook: WebhookView): void {
  printFields(terminal, {
    Webhook: webhook.id,
    URL: webhook.url,
    Types: webhook.types.length === 0 ? "all" : webhook.types,
    Description: webhook.description,
    Created: webhook.createdAt,
    "Created by": webhook.createdBy,
    Disabled: webhook.disabledAt,
  });
}

function printSecret(terminal: Terminal, { secret, previousUntil }: WebhookSecret): void {
  printFields(terminal, { Secret: secret, "Former counts until": previousUntil });
}
