import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { migrate } from "../../src/store/migrate.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { createStore } from "../../src/store/store.ts";
import { startPostgres } from "../../fleet/postgres-server.ts";
import { openMessage, startReceiver } from "../support/receiver.ts";
import { openWebhookDesk } from "./webhook-desk.ts";

const RELAY_PROCESS = fileURLToPath(new URL("fixtures/relay-process.ts", import.meta.url));
const LEASE_MS = 2_000;

let server: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

test("A message whose relay was killed before it knew of the answer is sent again by another, under the same id", async () => {
  const db = await openPostgres({ url: server.url });
  await migrate(db);
  const store = { ...createStore(db), db, truncateAll: () => Promise.resolve() };
  const receiver = await startReceiver();
  const desk = openWebhookDesk(store);
  const { id, secret } = await desk.create({ url: receiver.url });
  const child = spawn(process.execPath, ["--import", "tsx", RELAY_PROCESS, server.url, String(LEASE_MS)]);
  const ended = new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
  receiver.answer(() => void child.kill("SIGKILL"));
  await desk.record("run.ended");
  expect(await ended).toBe("SIGKILL");
  receiver.answer(200);
  const relay = desk.startRelay();
  await vi.waitFor(() => expect(receiver.received).toHaveLength(2), { timeout: 30_000 });
  await relay.stop();
  const [first, second] = receiver.received.map((message) => openMessage(message, secret));
  expect(second).toEqual(first);
  expect(receiver.received[1]?.headers["webhook-id"]).toBe(receiver.received[0]?.headers["webhook-id"]);
  const { items } = await desk.gateway.listDeliveries(desk.boss, { webhook: id }, { limit: 10 });
  expect(items).toMatchObject([{ seq: 2, state: "delivered", attempts: 2 }]);
  await store.close();
});
