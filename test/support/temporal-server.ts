import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { ensureBuild } from "../../scripts/build.mjs";
import { endOrphan } from "../../src/embedded/child-record.ts";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";
import { startTemporalServer, type TemporalServer } from "../../src/embedded/temporal-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** `host:port` of the Temporal server that all test files of a run share. */
    temporalAddress: string;
  }
}

/** The shared server's address. Share it by giving each test its own task queue and ids. */
export function temporalAddress(): string {
  return inject("temporalAddress");
}

/** Path of the workflow bundle, built first unless it is of these sources already. */
export async function workflowBundlePath(): Promise<string> {
  await ensureBuild();
  return join(packageRoot(), "dist", "workflow-bundle.js");
}

/** Starts a server in memory, after ending those that killed test runs left behind. */
export async function startTestServer(): Promise<TemporalServer> {
  const records = join(packageRoot(), ".cache", "test-servers");
  mkdirSync(records, { recursive: true });
  for (const name of readdirSync(records).filter((file) => !isAlive(Number.parseInt(file, 10)))) {
    await endOrphan(join(records, name));
  }
  return startTemporalServer({ pidFile: join(records, `${process.pid}.json`) });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
