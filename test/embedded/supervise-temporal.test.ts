import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "@temporalio/client";
import { expect, onTestFinished, test, vi } from "vitest";
import { superviseTemporal } from "../../src/embedded/supervise-temporal.ts";
import { startTemporalServer } from "../../src/embedded/temporal-server.ts";

test("superviseTemporal() starts a server that died again on the same port, until it is stopped", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "countersign-supervise-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const pidFile = join(dataDir, "temporal.json");
  const lines: string[] = [];
  const server = await superviseTemporal({ dbFile: join(dataDir, "temporal.db"), pidFile }, (_level, message) =>
    lines.push(message),
  );
  onTestFinished(() => server.stop());
  const { pid } = JSON.parse(await readFile(pidFile, "utf8")) as { pid: number };
  process.kill(-pid, "SIGKILL");
  await vi.waitUntil(() => lines.includes("The Temporal server died and is started again"), 10_000);
  await vi.waitUntil(() => serves(server.address), { timeout: 30_000, interval: 200 });
  await server.stop();
  expect(await serves(server.address)).toBe(false);
  // Nobody is left on the port: another server can have it.
  const other = await startTemporalServer({ port: Number(server.address.split(":")[1]) });
  await other.stop();
});

async function serves(address: string): Promise<boolean> {
  const connection = Connection.lazy({ address });
  try {
    await connection.withDeadline(Date.now() + 1_000, () => connection.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
