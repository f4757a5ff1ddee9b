import type { Terminal } from "./terminal.ts";

/** What there is to say about a server that has started. */
export interface StartedServer {
  /** Where HTTP listens. */
  readonly url: string;
  /** Where the operator's key lies; absent when it came from the environment. */
  readonly adminKeyFile?: string | undefined;
  /** Keys of the demonstration's principals, when they were made. */
  readonly demoKeys?: { readonly agent: string; readonly approver: string } | undefined;
  /** Where people see the runs. */
  readonly temporalUiUrl?: string | undefined;
}

/** Prints where everything is and, with demo keys, three lines to paste: invoke, approve, look. */
export function printBanner(terminal: Terminal, server: StartedServer): void {
  terminal.print(
    [
      "",
      `Countersign is ready at ${server.url}`,
      "",
      ...placeLines(server),
      ...exampleLines(server),
      "Ctrl-C stops it.",
      "",
    ].join("\n"),
  );
}

function placeLines({ adminKeyFile, demoKeys, temporalUiUrl, url }: StartedServer): string[] {
  return [
    `  Admin key      ${adminKeyFile ?? "the one in COUNTERSIGN_ADMIN_KEY"}`,
    ...(demoKeys === undefined ? [] : [`  demo-agent     ${demoKeys.agent}`, `  demo-approver  ${demoKeys.approver}`]),
    ...(temporalUiUrl === undefined ? [] : [`  Temporal UI    ${temporalUiUrl}`]),
    `  API docs       ${url}/docs`,
    "",
  ];
}

/** Each line stands for itself: the second finds the newest pending request, so that no id need be copied. */
function exampleLines({ demoKeys, url }: StartedServer): string[] {
  if (demoKeys === undefined) return [];
  const agent = `-H 'Authorization: Bearer ${demoKeys.agent}'`;
  const approver = `-H 'Authorization: Bearer ${demoKeys.approver}'`;
  const json = "-H 'Content-Type: application/json'";
  const findId = `$(curl -s '${url}/v1/approvals?status=pending&eligible=me&limit=1' ${approver} | grep -o 'ivn_[0-9a-z]*' | head -1)`;
  return [
    "Invoke a refund as the agent, approve it as the approver, look at it:",
    "",
    `  curl -s ${url}/v1/actions/billing.issue_refund/invocations ${agent} ${json} -d '{"input":{"invoiceId":"inv_1","amountCents":12900}}'`,
    "",
    `  curl -s -X POST ${url}/v1/approvals/${findId}/approve ${approver}`,
    "",
    `  curl -s '${url}/v1/invocations?action=billing.issue_refund&limit=1' ${agent}`,
    "",
  ];
}
