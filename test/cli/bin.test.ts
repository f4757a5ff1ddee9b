import { join } from "node:path";
import { expect, test } from "vitest";
import { runBin } from "./run-bin.ts";
import { writeFiles } from "./temporary-files.ts";

test("countersign --help lists the commands with examples and exits 0", async () => {
  const { exitCode, stdout, stderr } = await runBin(["--help"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const commands = [
    "start",
    "api",
    "worker",
    "migrate",
    "invoke",
    "invocations",
    "approvals",
    "policy",
    "keys",
    "audit",
    "actions",
    "doctor",
  ];
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  expect(stdout).toContain("Examples:");
});

test("countersign exits 2 for an unknown command, with a suggestion", async () => {
  const { exitCode, stdout, stderr } = await runBin(["invokee"]);
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Did you mean invoke?");
});

test("countersign policy check names each fault as file:line:column and exits 1", async () => {
  const folder = writeFiles({
    "bad.yaml": "version: 1\ndefault: maybe\nrulez: []\n",
    "good.yaml": "version: 1\ndefault: deny\nrules: []\n",
  });
  const { exitCode, stdout } = await runBin(["policy", "check", join(folder, "bad.yaml"), join(folder, "good.yaml")]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/bad\.yaml:2:10 .*\n.*bad\.yaml:3:1 /);
  expect(stdout).toContain("good.yaml: no faults");
});

test("countersign start says in one line that its configuration is wrong, all faults at once, and exits 1", async () => {
  const env = { COUNTERSIGN_PORT: "x", COUNTERSIGN_ADMIN_KEY: "short-secret" };
  const { exitCode, stderr } = await runBin(["start", "--actions", "a.ts"], { env });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^countersign: The configuration has 2 faults:\n {2}COUNTERSIGN_PORT .*\n {2}COUNTERSIGN_ADMIN_KEY .*\n$/,
  );
  expect(stderr).not.toContain("short-secret");
});

test("countersign start shows a stack only at log level debug", async () => {
  const args = ["start", "--actions", "/nonexistent/actions.ts"];
  const quiet = await runBin(args);
  expect(quiet).toMatchObject({
    exitCode: 1,
    stderr: "countersign: There is no actions module at /nonexistent/actions.ts\n",
  });
  const { stderr } = await runBin(args, { env: { COUNTERSIGN_LOG_LEVEL: "debug" } });
  expect(stderr).toMatch(/\n {4}at /);
});
