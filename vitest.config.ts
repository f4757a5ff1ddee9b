import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

export default defineConfig({
  resolve: {
    // The public names resolve to the sources, so that tests and coverage see what is being edited and not the last build.
    alias: [
      { find: /^countersign$/, replacement: source("src/index.ts") },
      { find: /^countersign\/policy$/, replacement: source("src/core/policy/index.ts") },
      { find: /^countersign\/worker$/, replacement: source("worker/index.ts") },
      { find: /^countersign\/server$/, replacement: source("src/server.ts") },
      { find: /^countersign\/embedded$/, replacement: source("src/embedded/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/fast-check.ts"],
    pool: "forks",
    // One Temporal server serves all; more workers than this only wait for it.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      provider: "v8",
      include: ["src/core/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: "coverage",
    },
  },
});
