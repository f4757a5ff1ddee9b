import type { Command } from "commander";
import { type Invocation, isOpen, type UnexecutedInvocation } from "../client/invocation.ts";
import { isErrorCode } from "../core/errors.ts";
import { describeNextSteps } from "../core/next-steps.ts";
import { readJsonArgument } from "./arguments.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields } from "./output.ts";
import { type Terminal, toPrintable } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface InvokeOptions extends ConnectionOptions {
  readonly input: string;
  readonly key?: string;
  readonly reason?: string;
  readonly run?: string;
  readonly session?: string;
  readonly onBehalfOf?: string;
  readonly wait?: true;
}

const EXAMPLES = `
Examples:
  countersign invoke billing.get_invoice --input '{"invoiceId":"inv_1"}'
  countersign invoke billing.issue_refund --input @refund.json --key refund-inv_1-return-7 --reason "Return 7" --wait
  jq -c .refund order.json | countersign invoke billing.issue_refund --input - --json`;

/** Adds `invoke`. */
export function addInvokeCommand(program: Command, context: CommandContext): void {
  program
    .command("invoke <action>")
    .description("call a guarded action and show what became of it")
    .requiredOption("--input <json>", "the input: JSON text, @file, or - for standard input")
    .option("--key <key>", "idempotency key: the same key and input is the same call")
    .option("--reason <text>", "why, for approvers and the record")
    .option("--run <id>", "the agent's run that the call belongs to")
    .option("--session <id>", "the session that the call belongs to")
    .option("--on-behalf-of <subject>", "call for somebody else (needs permission act_as)")
    .option("--wait", "wait until the call is closed, for people if it must")
    .addHelpText("after", EXAMPLES)
    .action(async (action: string, _: unknown, command: Command) => {
      await invoke(action, command.optsWithGlobals<InvokeOptions>(), context);
    });
}

async function invoke(action: string, options: InvokeOptions, { terminal, refuse }: CommandContext): Promise<void> {
  const input = await readJsonArgument("--input", options.input, terminal);
  if (typeof input !== "object" || input === null) throw new UsageError("--input must be a JSON object");
  const client = connect(options, terminal);
  const { key, reason, run, session, onBehalfOf } = options;
  const signal = terminal.stopSignal;
  const called = await client.invoke(action, input, { idempotencyKey: key, reason, run, session, onBehalfOf, signal });
  if (options.wait === true && isOpen(called)) noteWait(terminal, called);
  const invocation =
    options.wait === true && isOpen(called) ? await client.invocations.wait(called.id, { signal }) : called;
  await printAnswer(terminal, { answer: invocation, json: options.json }, (answer) =>
    printInvocation(terminal, answer),
  );
  if (!isOpen(invocation) && invocation.status !== "executed") refuse();
}

/** What to do about a guard's refusal, which says what it counted; other ends speak for themselves. */
function describeNext({ code, retryable, retryAfterMs, details }: UnexecutedInvocation["error"]): string | undefined {
  if (details === undefined || !isErrorCode(code)) return undefined;
  return describeNextSteps({ code, retryable, retryAfterMs, details }).join(" ");
}

/** Prints an invocation for people: what it is, where it stands and why. */
export function printInvocation(terminal: Terminal, invocation: Invocation): void {
  const { verdict, approval } = invocation;
  printFields(terminal, {
    Invocation: invocation.id,
    Action: invocation.action,
    Status: invocation.status,
    Actor: invocation.actor,
    Via: invocation.via,
    Run: invocation.run,
    Reason: invocation.reason,
    Input: invocation.input,
    Verdict: verdict === undefined ? undefined : `${verdict.effect}: ${verdict.reason}`,
    Rule: verdict?.rule,
    Approvers: approval?.approvers,
    "Decide by": invocation.status === "pending" ? approval?.decideBy : undefined,
    Output: "output" in invocation ? invocation.output : undefined,
    Error: "error" in invocation ? `${invocation.error.message} (${invocation.error.code})` : undefined,
    Next: "error" in invocation ? describeNext(invocation.error) : undefined,
    Key: invocation.idempotencyKey,
    "Retry of": invocation.retryOf,
    Undoes: invocation.compensates,
    Replayed: invocation.replayed,
    Digest: invocation.digest,
    "No worker since": "noWorkerSince" in invocation ? invocation.noWorkerSince : undefined,
    Created: invocation.createdAt,
    Closed: invocation.closedAt,
    "Temporal UI": invocation.temporalUiUrl,
  });
}

function noteWait(terminal: Terminal, { id, approval }: Invocation): void {
  const whom = approval === undefined ? "" : ` for ${approval.approvers.join(", ")} until ${approval.decideBy}`;
  terminal.note(toPrintable(`Waiting${whom}; to approve: countersign approvals approve ${id}`));
}
