import { expect, test, vi } from "vitest";
import { connectNative, temporalTargetOf } from "../../src/adapters/connect-temporal.ts";
import { findFreePort } from "../../src/embedded/free-port.ts";
import type { Log } from "../../src/gateway/ports.ts";
import { temporalAddress } from "../support/temporal-server.ts";

test("temporalTargetOf() reads address and namespace from what it is given, and nothing from the process", () => {
  vi.stubEnv("TEMPORAL_ADDRESS", "elsewhere:1");
  vi.stubEnv("TEMPORAL_NAMESPACE", "elsewhere");
  const target = temporalTargetOf({ TEMPORAL_ADDRESS: "temporal:7233", TEMPORAL_NAMESPACE: "prod" });
  expect(target).toMatchObject({ namespace: "prod", connectionOptions: { address: "temporal:7233" } });
  expect(JSON.stringify(temporalTargetOf({}))).not.toContain("elsewhere");
  vi.unstubAllEnvs();
});

test("connectNative() connects to a server that is there", async () => {
  const target = temporalTargetOf({ TEMPORAL_ADDRESS: temporalAddress() });
  const connection = await connectNative(target, { log: () => undefined, signal: new AbortController().signal });
  expect(await connection.workflowService.getSystemInfo({})).toHaveProperty("serverVersion");
  await connection.close();
});

test("connectNative() tries again, saying so, until it is told to stop", async () => {
  const target = temporalTargetOf({ TEMPORAL_ADDRESS: `127.0.0.1:${await findFreePort()}` });
  const stop = new AbortController();
  const log = vi.fn<Log>(() => {
    if (log.mock.calls.length === 2) stop.abort();
  });
  await expect(connectNative(target, { log, signal: stop.signal })).rejects.toThrow("connect");
  expect(log).toHaveBeenCalledTimes(2);
  expect(log).toHaveBeenCalledWith("warn", "Waiting for Temporal", expect.anything());
});
