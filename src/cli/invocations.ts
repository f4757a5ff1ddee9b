import type { Command } from "commander";
import type { Client } from "../client/client.ts";
import { type Invocation, isOpen } from "../client/invocation.ts";
import type { InvocationFilter } from "../contract/invocation.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { parseLimit } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printInvocation } from "./invoke.ts";
import { printList } from "./output.ts";
import { noteNextPage } from "./paging.ts";
import { addReconcileInvocationCommand } from "./reconcile-invocation.ts";
import { addRetryCommand } from "./retry-invocation.ts";
import { type Terminal, toPrintable, toPrintableJson } from "./terminal.ts";

type ListOptions = ConnectionOptions & InvocationFilter & { readonly limit?: number; readonly cursor?: string };

const EXAMPLES = `
Examples:
  countersign invocations list --status pending
  countersign invocations show ivn_… --json
  countersign invocations cancel ivn_… --reason "No longer needed"
  countersign invocations retry ivn_… --reason "The bank is back" --wait
  countersign invocations reconcile ivn_… --probe --note "Line was down"
  countersign invocations watch ivn_…`;

const COLUMNS = {
  headings: ["ID", "ACTION", "STATUS", "ACTOR", "CREATED"],
  cells: (invocation: Invocation) => [
    invocation.id,
    invocation.action,
    invocation.status,
    invocation.actor,
    invocation.createdAt,
  ],
};

/** Adds `invocations list | show | cancel | retry | reconcile | watch`. */
export function addInvocationsCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const group = program.command("invocations").description("read and steer calls").addHelpText("after", EXAMPLES);
  group
    .command("list")
    .description("list calls, newest first")
    .option("--status <status>", "only those that stand here, such as pending or executed")
    .option("--action <name>", "only those of this action")
    .option("--actor <subject>", "only those on this principal's behalf")
    .option("--run <id>", "only those of this agent's run")
    .option("--idempotency-key <key>", "only those with this key")
    .option("--created-after <time>", "only those made after this RFC 3339 time")
    .option("--created-before <time>", "only those made before this RFC 3339 time")
    .option("--limit <rows>", "rows on the page, 1 to 200", parseLimit)
    .option("--cursor <cursor>", "where the page begins, from the page before")
    .action(async (_: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>(), terminal));
  group
    .command("show <id>")
    .description("show one call")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await connect(options, terminal).invocations.get(id, { signal: terminal.stopSignal });
      await printAnswer(terminal, { answer, json: options.json }, (invocation) =>
        printInvocation(terminal, invocation),
      );
    });
  group
    .command("cancel <id>")
    .description("ask an open call to stop")
    .option("--reason <text>", "why, for the record")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions & { readonly reason?: string }>();
      const answer = await connect(options, terminal).invocations.cancel(id, { reason: options.reason });
      if (isOpen(answer)) terminal.note("The cancel is recorded and will be carried out");
      await printAnswer(terminal, { answer, json: options.json }, (invocation) =>
        printInvocation(terminal, invocation),
      );
    });
  addRetryCommand(group, context);
  addReconcileInvocationCommand(group, context);
  group
    .command("watch <id>")
    .description("follow a call until it is closed")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const last = await watch(connect(options, terminal), id, { terminal, json: options.json });
      if (last !== undefined && last.status !== "executed") context.refuse();
    });
}

async function list(options: ListOptions, terminal: Terminal): Promise<void> {
  const { status, action, actor, run, idempotencyKey, createdAfter, createdBefore, limit, cursor } = options;
  const filter = { status, action, actor, run, idempotencyKey, createdAfter, createdBefore, limit, cursor };
  const page = await connect(options, terminal).invocations.list({ ...filter, signal: terminal.stopSignal });
  await printAnswer(terminal, { answer: page, json: options.json }, async ({ items }) => {
    await printList(terminal, items, COLUMNS);
    noteNextPage(terminal, page);
  });
}

/** Milliseconds between looks at a call that is open: a long poll answers only when it is closed, and states in between matter here. */
const WATCH_POLL_MS = 1_000;

/** Prints each new state; ends when the call is closed, or without an answer when the person has seen enough. */
async function watch(
  client: Client,
  id: string,
  { terminal, json }: { readonly terminal: Terminal; readonly json: boolean | undefined },
): Promise<Invocation | undefined> {
  let shown: string | undefined;
  while (!terminal.stopSignal.aborted) {
    try {
      const options = { timeoutMs: shown === undefined ? 0 : WATCH_POLL_MS, signal: terminal.stopSignal };
      const invocation = await client.invocations.wait(id, options);
      if (invocation.status !== shown) {
        shown = invocation.status;
        terminal.print(json === true ? toPrintableJson(invocation) : describe(invocation));
      }
      if (!isOpen(invocation)) return invocation;
    } catch (error) {
      // A server that was there and went away comes back; one that was never there is a wrong address.
      const isAway = shown !== undefined && error instanceof CountersignError && error.retryable;
      if (!isAway && !terminal.stopSignal.aborted) throw error;
    }
  }
  return undefined;
}

function describe(invocation: Invocation): string {
  const { status, approval } = invocation;
  const time = new Date().toISOString();
  if (status === "pending" && approval !== undefined) {
    return toPrintable(`${time}  pending  for ${approval.approvers.join(", ")} until ${approval.decideBy}`);
  }
  return toPrintable(`${time}  ${status}${"error" in invocation ? `  ${invocation.error.message}` : ""}`);
}
