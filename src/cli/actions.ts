import type { Command } from "commander";
import type { ActionView } from "../contract/manifest.ts";
import { connect, type ConnectionOptions, printAnswer } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printFields, printList } from "./output.ts";
import type { Terminal } from "./terminal.ts";

const EXAMPLES = `
Examples:
  countersign actions list
  countersign actions show billing.issue_refund --json`;

const COLUMNS = {
  headings: ["NAME", "RISK", "SCOPES", "APPROVAL", "DESCRIPTION"],
  cells: (action: ActionView) => [
    action.name,
    action.risk,
    action.requiredScopes,
    action.approvalRequired ? "always" : "by policy",
    action.description,
  ],
};

/** Adds `actions list | show`. */
export function addActionsCommand(program: Command, { terminal }: CommandContext): void {
  const group = program.command("actions").description("see what can be called").addHelpText("after", EXAMPLES);
  group
    .command("list")
    .description("list the published actions by name")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const items = await connect(options, terminal).actions.list({ signal: terminal.stopSignal });
      await printAnswer(terminal, { answer: { items }, json: options.json }, () => printList(terminal, items, COLUMNS));
    });
  group
    .command("show <name>")
    .description("show one published action with its schemas")
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const answer = await connect(options, terminal).actions.get(name, { signal: terminal.stopSignal });
      await printAnswer(terminal, { answer, json: options.json }, (action) => printAction(terminal, action));
    });
}

function printAction(terminal: Terminal, action: ActionView): void {
  printFields(terminal, {
    Name: action.name,
    Title: action.title,
    Description: action.description,
    Version: action.version,
    Risk: action.risk,
    Scopes: action.requiredScopes,
    Approval: action.approvalRequired ? "always" : "by policy",
    Tags: action.tags,
    Mode: action.execution.mode,
    Execution: action.execution,
    Input: action.inputSchema,
    Output: action.outputSchema,
  });
}
