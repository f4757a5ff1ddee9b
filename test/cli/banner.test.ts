import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { printBanner } from "../../src/cli/banner.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { startWireServer } from "../client/wire-server.ts";

function render(server: Parameters<typeof printBanner>[1]): string {
  const lines: string[] = [];
  printBanner({ print: (line) => void lines.push(line) } as Terminal, server);
  return lines.join("\n");
}

test("printBanner() says where everything is, and prints no key that it wasn't given", () => {
  const text = render({
    url: "http://127.0.0.1:7700",
    adminKeyFile: ".countersign/admin-key",
    temporalUiUrl: "http://127.0.0.1:8233",
  });
  for (const part of ["http://127.0.0.1:7700", ".countersign/admin-key", "http://127.0.0.1:8233"])
    expect(text).toContain(part);
  expect(text).not.toContain("curl");
});

test("printBanner() prints three lines that a shell can run as they stand", async () => {
  const server = await startWireServer(
    { status: 202, body: {} },
    { status: 200, body: { items: [{ id: "ivn_0abc" }] } },
    { status: 200, body: {} },
  );
  const text = render({ url: server.url, demoKeys: { agent: "csk_agent", approver: "csk_approver" } });
  const lines = text.split("\n").filter((line) => line.startsWith("  curl "));
  expect(lines).toHaveLength(3);
  for (const line of lines) await promisify(execFile)("sh", ["-c", line]);
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST /v1/actions/billing.issue_refund/invocations",
    "GET /v1/approvals?status=pending&eligible=me&limit=1",
    "POST /v1/approvals/ivn_0abc/approve",
    "GET /v1/invocations?action=billing.issue_refund&limit=1",
  ]);
  expect(server.seen[0]).toMatchObject({ body: { input: { invoiceId: "inv_1", amountCents: 12_900 } } });
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer csk_agent",
    "Bearer csk_approver",
    "Bearer csk_approver",
    "Bearer csk_agent",
  ]);
});
