import { afterEach, beforeAll, expect, test } from "vitest";
import {
  ADMIN_KEY,
  createKeyedCaller,
  serverEnvironment,
  waitUntilListening,
  waitUntilReady,
} from "../support/chaos-server.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";
import { type CommandProcess, createWorkspace, eventually, launchCommand, undoLater } from "../support/processes.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import { createCaller } from "../support/wire-caller.ts";

let database: PostgresServer;
beforeAll(async () => {
  database = await startPostgres();
  undoLater(() => database.stop());
});
const launched: CommandProcess[] = [];
afterEach(async () => void (await Promise.all(launched.splice(0).map((command) => command.end("SIGKILL")))));
function launch(args: readonly string[], env: Readonly<Record<string, string>>): CommandProcess {
  const command = launchCommand(args, env);
  launched.push(command);
  return command;
}

test.each(["6s", "15s"])(
  "countersign api that is told to end within %s answers a call that waits the default time",
  async (grace) => {
    const env = {
      ...serverEnvironment(createWorkspace()),
      COUNTERSIGN_SIGNING_KEY: "signing-key-of-the-tests-0123456789abcdef",
      COUNTERSIGN_SHUTDOWN_GRACE: grace,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporalAddress(),
    };
    const worker = launch(["worker", "--task-queue", "drained"], env);
    const api = launch(["api"], env);
    const url = await waitUntilListening(api);
    await eventually(() => /The worker runs/.test(worker.output().stdout));
    await waitUntilReady(url);
    const admin = createCaller(() => url, ADMIN_KEY);
    const agent = await createKeyedCaller(admin, () => url, { subject: "agent" });
    await worker.end("SIGTERM");
    const call = agent.invoke("chaos.once", { text: "waits the default 5 s" }).then(
      ({ status }) => status,
      (error: unknown) => String(error),
    );
    await eventually(async () => {
      const list = await agent.call<{ items: object[] }>("/v1/invocations?status=accepted");
      return list.body.items.length === 1;
    });
    await api.end("SIGTERM");
    expect(await call).toBe(202);
  },
);
