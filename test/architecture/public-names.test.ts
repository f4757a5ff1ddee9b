import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";

/** Our choice: what a reader can take in at one look. */
const MAX_ROOT_NAMES = 30;

test('"countersign" publishes these names', async () => {
  const names = await listExports("src/index.ts");
  expect(names.length).toBeLessThanOrEqual(MAX_ROOT_NAMES);
  expect(names).toMatchInlineSnapshot(`
    [
      "Action",
      "ActionContext",
      "ActionDefinition",
      "ActionExecution",
      "ActionRejected",
      "ActionView",
      "ApprovalView",
      "AuditEvent",
      "Client",
      "ClientOptions",
      "CountersignError",
      "CreateKeyRequest",
      "CreatedKey",
      "ErrorCode",
      "EvaluateRequest",
      "GuardOptions",
      "Invocation",
      "InvocationStatus",
      "InvokeOptions",
      "KeyView",
      "Page",
      "Permission",
      "PolicyView",
      "RunOptions",
      "Verdict",
      "VoteOptions",
      "createClient",
      "defineAction",
      "isActionRejected",
      "isErrorCode",
    ]
  `);
});

/** The names, types included, that a file exports, in alphabetical order. */
async function listExports(file: string): Promise<string[]> {
  const text = await readFile(join(packageRoot(), file), "utf8");
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const names = statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return [`? ${file}`];
    return ts.isNamedExports(statement.exportClause)
      ? statement.exportClause.elements.map(({ name }) => name.text)
      : ["*"];
  });
  return names.sort();
}
