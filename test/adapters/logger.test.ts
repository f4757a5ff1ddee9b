import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";
import { runProcess } from "../support/run-process.ts";

function modulePath(path: string): string {
  return JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
}

/** Runs a program with a logger `log` of level info and gives the lines that it wrote to standard error. */
async function logged(program: string): Promise<Record<string, unknown>[]> {
  const script = `
    import { createLogger } from ${modulePath("../../src/adapters/logger.ts")};
    import { createRedactor } from ${modulePath("../../src/core/redaction/redactor.ts")};
    const log = createLogger({ level: "info", redact: createRedactor().redact });
    ${program}`;
  const args = ["--import", "tsx", "--input-type=module", "-e", script];
  const { code, stderr, stdout } = await runProcess(process.execPath, args, { cwd: packageRoot(), env: process.env });
  expect([code, stdout]).toEqual([0, ""]);
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("createLogger() writes JSON lines of its level and above to standard error, with secrets redacted", async () => {
  const lines = await logged(`
    log("debug", "Not shown");
    log("info", "Began with password=hunter22", { invocation: "ivn_1", token: "abc", nested: { apiKey: "def" } });
    log("error", "Went wrong");`);
  expect(lines).toMatchObject([
    { level: 30, invocation: "ivn_1", token: "[redacted]", nested: { apiKey: "[redacted]" } },
    { level: 50, msg: "Went wrong" },
  ]);
  expect(JSON.stringify(lines)).not.toContain("hunter22");
  expect(lines[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test("createLogger() tells of an error its name, message and code, and of its causes, but no stack and no detail", async () => {
  const [line] = await logged(`
    const cause = Object.assign(new Error("Duplicate key"), { code: "23505", detail: "Key (email)=(ada@example.org) exists" });
    log("warn", "Refused", { error: new TypeError("Can't write", { cause }) });`);
  expect(line?.["error"]).toEqual({
    name: "TypeError",
    message: "Can't write",
    cause: { name: "Error", message: "Duplicate key", code: "23505" },
  });
});

test("createLogger() names the call and the trace that the line was written for, unless the line names another", async () => {
  const lines = await logged(`
    const { runInScope } = await import(${modulePath("../../src/adapters/call-scope.ts")});
    runInScope({ invocation: "ivn_1", trace: "a1" }, () => {
      log("info", "Within");
      log("info", "About another", { invocation: "ivn_2" });
    });
    log("info", "Outside");`);
  expect(lines.map(({ invocation, trace }) => [invocation, trace])).toEqual([
    ["ivn_1", "a1"],
    ["ivn_2", "a1"],
    [undefined, undefined],
  ]);
});
