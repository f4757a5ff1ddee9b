import type { Command } from "commander";
import { isOpen } from "../client/invocation.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printInvocation } from "./invoke.ts";

interface RetryOptions extends ConnectionOptions {
  readonly reason?: string;
  readonly wait?: true;
}

/** Adds `invocations retry`. */
export function addRetryCommand(group: Command, { terminal, refuse }: CommandContext): void {
  group
    .command("retry <id>")
    .description("make a failed call anew; it is decided and approved anew")
    .option("--reason <text>", "why, for approvers and the record")
    .option("--wait", "wait until it is closed, for people if it must")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RetryOptions>();
      const { invocations } = connect(options, terminal);
      const signal = terminal.stopSignal;
      const made = await invocations.retry(id, { reason: options.reason, signal });
      const answer = options.wait === true && isOpen(made) ? await invocations.wait(made.id, { signal }) : made;
      await printAnswer(terminal, { answer, json: options.json }, (shown) => printInvocation(terminal, shown));
      if (!isOpen(answer) && answer.status !== "executed") refuse();
    });
}
