import type { TestProject } from "vitest/node";
import { ensureSetup } from "../../scripts/setup.mjs";
import { startTestServer } from "./temporal-server.ts";

/** What a person may choose: programs to start servers with. */
const CHOSEN_PROGRAMS = new Set(["TEMPORAL_CLI_PATH", "TEMPORAL_TEST_SERVER_PATH"]);

/** Runs once before all test files: sets the clone up and starts the Temporal server that they share. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureSetup({ ownServer: true });
  forgetServers();
  const server = await startTestServer();
  project.provide("temporalAddress", server.address);
  return () => server.stop();
}

/** Tests run on servers of their own: what a person's environment names may be precious, and would make them differ. */
function forgetServers(): void {
  const names = Object.keys(process.env).filter((name) => /^(COUNTERSIGN_|TEMPORAL_|DATABASE_URL$)/.test(name));
  for (const name of names) if (!CHOSEN_PROGRAMS.has(name)) delete process.env[name];
}
