import { join } from "node:path";
import { expect, test } from "vitest";
import { loadServerConfig } from "../../src/process/server-config.ts";
import { runHere } from "../cli/run-cli.ts";
import { writeFiles } from "../cli/temporary-files.ts";

test("loadServerConfig() gives the configuration when its tariff has no faults, and when it names none", async () => {
  const folder = writeFiles({ "tariff.yaml": 'version: "1"\ntools: { search: 0.01 }\n' });
  const tariffFile = join(folder, "tariff.yaml");
  expect(await loadServerConfig({ COUNTERSIGN_TARIFF: tariffFile })).toMatchObject({ port: 7700, tariffFile });
  expect(await loadServerConfig({ COUNTERSIGN_TARIFF: "" })).toMatchObject({ tariffFile: undefined });
});

test("loadServerConfig() tells of the tariff's faults together with those of the variables", async () => {
  const folder = writeFiles({ "tariff.yaml": 'version: "1"\ntools:\n  search: free\n  browse: -1\n' });
  const tariffFile = join(folder, "tariff.yaml");
  const loading = loadServerConfig({ COUNTERSIGN_PORT: "x", COUNTERSIGN_TARIFF: tariffFile });
  await expect(loading).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringMatching(
      /^The configuration has 2 faults:\n {2}COUNTERSIGN_PORT must .*\n {2}COUNTERSIGN_TARIFF can't be used\. .*3:11 tools\.search.*4:11 tools\.browse/,
    ),
    details: { faults: [{ variable: "COUNTERSIGN_PORT" }, { variable: "COUNTERSIGN_TARIFF" }] },
  });
});

test.each([["start"], ["api"], ["worker"]])(
  "countersign %s takes --tariff, and ends when it can't be used",
  async (command) => {
    const tariff = join(writeFiles({}), "nothing.yaml");
    const { exitCode, stderr } = await runHere([command, "--tariff", tariff]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(`COUNTERSIGN_TARIFF can't be used. The tariff file ${tariff} can't be read`);
  },
);
