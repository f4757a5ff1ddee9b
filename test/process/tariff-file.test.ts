import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createWorker } from "../../worker/create-worker.ts";
import { startEmbedded } from "../../src/embedded/index.ts";
import { openGateway } from "../../src/process/open-gateway.ts";
import { loadTariff } from "../../src/process/tariff-file.ts";
import { writeFiles } from "../cli/temporary-files.ts";

const TARIFF = `version: "2026-11"
per: 1M tokens
models:
  - { provider: acme, model: large, input: 3, output: 15 }
tools: { search: 0.01 }
`;
const usage = { provider: "acme", model: "large", input: 1_000_000, output: 0 };
const FAULTY = 'version: "1"\ntools:\n  search: free\n';

test("loadTariff() reads a text or a file, and nothing where none is named", async () => {
  const folder = writeFiles({ "tariff.yaml": TARIFF, "tariff.json": '{ "version": "j", "tools": { "search": 2 } }' });
  expect((await loadTariff({ tariff: TARIFF }))?.priceUsage(usage)).toBe(3_000_000);
  expect((await loadTariff({ tariffFile: join(folder, "tariff.yaml") }))?.priceUsage(usage)).toBe(3_000_000);
  expect((await loadTariff({ tariffFile: join(folder, "tariff.json") }))?.priceTool("search")).toBe(2_000_000);
  expect(await loadTariff({})).toBeUndefined();
});

test("loadTariff() refuses a file that can't be read, one with faults, and two tariffs at once", async () => {
  const folder = writeFiles({ "faulty.yaml": FAULTY });
  const refusal = (message: unknown) => ({ code: "invalid_request", message });
  const nothing = join(folder, "nothing.yaml");
  await expect(loadTariff({ tariffFile: nothing })).rejects.toMatchObject(
    refusal(`The tariff file ${nothing} can't be read`),
  );
  await expect(loadTariff({ tariffFile: join(folder, "faulty.yaml") })).rejects.toMatchObject(
    refusal(expect.stringMatching(/faulty\.yaml: .*3:11 tools\.search/)),
  );
  await expect(loadTariff({ tariff: TARIFF, tariffFile: nothing })).rejects.toMatchObject(
    refusal("Only one of tariff and tariffFile can be given"),
  );
});

describe("A tariff with faults", () => {
  const faulty = { code: "invalid_request", message: expect.stringContaining("tools.search") };
  const apart = {
    // Nothing listens there: what gets as far fails otherwise.
    store: { databaseUrl: "postgres://127.0.0.1:1/nothing" },
    temporal: { TEMPORAL_ADDRESS: "127.0.0.1:1" },
    signingKey: "k".repeat(32),
    logLevel: "silent",
  } as const;

  test("keeps createWorker() and openGateway() from opening anything", async () => {
    await expect(createWorker({ ...apart, actions: [], tariff: FAULTY })).rejects.toMatchObject(faulty);
    await expect(openGateway({ ...apart, tariff: FAULTY })).rejects.toMatchObject(faulty);
  });

  test("keeps startEmbedded() from starting", async () => {
    const folder = writeFiles({ "faulty.yaml": FAULTY });
    const options = { actions: [], dataDir: join(folder, "data"), port: 0, logLevel: "silent" } as const;
    const tariffFile = join(folder, "faulty.yaml");
    await expect(startEmbedded({ ...options, tariffFile })).rejects.toMatchObject(faulty);
  });
});
