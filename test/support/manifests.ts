import type { Manifest } from "../../src/contract/manifest.ts";

/** A manifest of a harmless action, changed as a test needs it. */
export function manifestOf(change: Partial<Manifest> = {}): Manifest {
  return {
    name: "test.echo",
    version: "v1",
    description: "Gives its input back",
    risk: "low",
    approvalRequired: false,
    requiredScopes: [],
    tags: [],
    secretFields: [],
    inputSchema: { type: "object" },
    execution: {
      mode: "idempotent",
      attemptTimeoutMs: 1_000,
      totalTimeoutMs: 5_000,
      maxAttempts: 1,
      heartbeatTimeoutMs: 1_000,
    },
    taskQueue: "tests",
    ...change,
  };
}
