import type { TestProject } from "vitest/node";
import { ensureSetup } from "../../scripts/setup.mjs";
import { startTestServer } from "./temporal-server.ts";

/** Runs once before all test files: sets the clone up and starts the Temporal server that they share. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureSetup();
  const server = await startTestServer();
  project.provide("temporalAddress", server.address);
  return () => server.stop();
}
