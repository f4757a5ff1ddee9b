import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockDataDir } from "../../src/store/data-dir-lock.ts";
import { serverEnvironment } from "../support/chaos-server.ts";
import { createWorkspace, runCommand, type Workspace } from "../support/processes.ts";

/** A start that can't succeed: what it is given besides a good environment, and what it should say. */
interface Refusal {
  readonly name: string;
  readonly prepare?: (workspace: Workspace) => Promise<Record<string, string>> | Record<string, string>;
  readonly args?: readonly string[];
  readonly code?: number;
  readonly says: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: "a port that is taken",
    prepare: async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
      const address = server.address();
      return { COUNTERSIGN_PORT: String(typeof address === "object" ? address?.port : "") };
    },
    says: /Port \d+ on 127\.0\.0\.1 is taken.*COUNTERSIGN_PORT/,
  },
  {
    name: "a data directory that another process holds",
    prepare: async ({ dataDir }) => {
      const lock = await lockDataDir(dataDir);
      onTestFinished(() => lock.release());
      return {};
    },
    says: new RegExp(`The data directory .* is held by process ${process.pid}.*COUNTERSIGN_DATA_DIR`),
  },
  {
    name: "a policy that does not parse",
    prepare: ({ path }) => {
      writeFileSync(path("policy.yaml"), "version: 1\nrules:\n  - name: [\n");
      return { COUNTERSIGN_POLICY: path("policy.yaml") };
    },
    says: /polic/i,
  },
  {
    name: "a policy file that is not there",
    prepare: ({ path }) => ({ COUNTERSIGN_POLICY: path("nothing.yaml") }),
    says: /policy file .*nothing\.yaml can't be read/,
  },
  {
    name: "an actions module that does not parse",
    prepare: ({ path }) => {
      writeFileSync(path("actions.ts"), "export const actions = [;\n");
      return { COUNTERSIGN_ACTIONS: path("actions.ts") };
    },
    says: /Can't load the actions module .*actions\.ts/,
  },
  {
    name: "an actions module that throws",
    prepare: ({ path }) => {
      writeFileSync(path("actions.ts"), `throw new Error("No database\\nfor these actions");\n`);
      return { COUNTERSIGN_ACTIONS: path("actions.ts") };
    },
    says: /Can't load the actions module .*actions\.ts: No database/,
  },
  {
    name: "a Temporal CLI that is none",
    prepare: () => ({ TEMPORAL_CLI_PATH: "/nonexistent/temporal" }),
    says: /TEMPORAL_CLI_PATH/,
  },
  {
    name: "a Temporal CLI that ends at once",
    prepare: () => ({ TEMPORAL_CLI_PATH: process.execPath }),
    says: /The Temporal dev server can't be started/,
  },
  { name: "an option that is unknown", args: ["--nonsense"], code: 2, says: /--nonsense/ },
  { name: "no module of actions", prepare: () => ({ COUNTERSIGN_ACTIONS: "" }), code: 2, says: /--actions/ },
];

test.for(REFUSALS)("countersign start refuses $name in one clear line and leaves nothing running", async (refusal) => {
  const workspace = createWorkspace();
  const env = { ...serverEnvironment(workspace), ...(await refusal.prepare?.(workspace)) };
  const ended = await runCommand(["start", ...(refusal.args ?? [])], env);
  expect(ended).toMatchObject({ code: refusal.code ?? 1, stdout: "", stderr: expect.stringMatching(refusal.says) });
  // How something is written wrongly is followed by where to read how it is written.
  expect(ended.stderr.replace("(--help says more)\n", "").trimEnd().split("\n")).toHaveLength(1);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  expect(hasTemporal(workspace)).toBe(false);
});

test("countersign start names every fault of the environment at once, a line each, and repeats no value", async () => {
  const workspace = createWorkspace();
  const faults = { COUNTERSIGN_PORT: "77000", COUNTERSIGN_ADMIN_KEY: "hunter2", DATABASE_URL: "mysql://hunter2" };
  const ended = await runCommand(["start"], { ...serverEnvironment(workspace), ...faults });
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr.trimEnd().split("\n")).toEqual([
    expect.stringContaining("3 faults"),
    expect.stringContaining("COUNTERSIGN_PORT"),
    expect.stringContaining("COUNTERSIGN_ADMIN_KEY"),
    expect.stringContaining("DATABASE_URL"),
  ]);
  expect(ended.stderr).not.toMatch(/hunter2|77000/);
});

test.for(["api", "worker"])("countersign %s without a database names what is missing", async (command) => {
  const ended = await runCommand([command], serverEnvironment(createWorkspace()));
  expect(ended).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^[^\n]*DATABASE_URL, TEMPORAL_ADDRESS, COUNTERSIGN_SIGNING_KEY[^\n]*\n$/),
  });
});

/** The record of a Temporal child is there as long as the child is. */
function hasTemporal({ dataDir }: Workspace): boolean {
  return existsSync(join(dataDir, "temporal.json"));
}
