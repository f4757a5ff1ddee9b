import { join } from "node:path";
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { connectLazily, connectNative, temporalTargetOf } from "../../src/adapters/connect-temporal.ts";
import { waitForSearchAttributes } from "../../src/adapters/search-attributes.ts";
import type { Waiting } from "../../src/adapters/wait-for.ts";
import type { Log } from "../../src/gateway/ports.ts";
import { writeFiles } from "../cli/temporary-files.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import { type Certificates, createCertificates, startTlsProxy, type TlsProxy } from "../support/tls-proxy.ts";

let certificates: Certificates;
let proxy: TlsProxy;

beforeAll(async () => {
  certificates = createCertificates();
  proxy = await startTlsProxy(certificates, temporalAddress());
});
afterAll(async () => {
  await proxy.close();
  certificates.remove();
});

/** Variables of a client that shows a certificate. */
function mutualTls(): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: proxy.address,
    TEMPORAL_NAMESPACE: "default",
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.path("ca.pem"),
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.path("client.pem"),
    TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.path("client.key"),
  };
}

/** Gives up at the second line that says that it waits. */
function impatience(): Waiting & { readonly log: ReturnType<typeof vi.fn<Log>> } {
  const stop = new AbortController();
  const log = vi.fn<Log>((_level, message) => {
    if (message.startsWith("Waiting")) stop.abort(new Error("Stopped"));
  });
  return { log, signal: stop.signal };
}

describe("temporalTargetOf()", () => {
  test("takes an API key, which means TLS", () => {
    const target = temporalTargetOf({ TEMPORAL_ADDRESS: "ns.acct.tmprl.cloud:7233", TEMPORAL_API_KEY: "secret-key" });
    expect(target.connectionOptions).toMatchObject({ address: "ns.acct.tmprl.cloud:7233", apiKey: "secret-key" });
    expect(target.connectionOptions.tls).toBeTruthy();
  });

  test("takes TLS without certificates, and another name for the server", () => {
    const target = temporalTargetOf({
      TEMPORAL_ADDRESS: "temporal:7233",
      TEMPORAL_TLS: "true",
      TEMPORAL_TLS_SERVER_NAME: "temporal.internal",
    });
    expect(target.connectionOptions.tls).toMatchObject({ serverNameOverride: "temporal.internal" });
    expect(temporalTargetOf({ TEMPORAL_ADDRESS: "temporal:7233" }).connectionOptions.tls).toBeFalsy();
  });

  test("reads certificates and their key from files, or takes them as they are", () => {
    const { tls } = temporalTargetOf(mutualTls()).connectionOptions;
    expect(JSON.stringify(tls)).toContain("clientCertPair");
    const { tls: given } = temporalTargetOf({
      TEMPORAL_ADDRESS: "temporal:7233",
      TEMPORAL_TLS_CLIENT_CERT_DATA: "CERT",
      TEMPORAL_TLS_CLIENT_KEY_DATA: "KEY",
    }).connectionOptions;
    expect(JSON.stringify(given)).toContain("clientCertPair");
  });

  test("reads a profile of a file that the variables name, and lets variables go before it", () => {
    const folder = writeFiles({
      "temporal.toml": '[profile.prod]\naddress = "prod:7233"\nnamespace = "refunds"\napi_key = "k"\n',
    });
    const profile = { TEMPORAL_CONFIG_FILE: join(folder, "temporal.toml"), TEMPORAL_PROFILE: "prod" };
    expect(temporalTargetOf(profile)).toMatchObject({
      namespace: "refunds",
      connectionOptions: { address: "prod:7233", apiKey: "k" },
    });
    expect(temporalTargetOf({ ...profile, TEMPORAL_ADDRESS: "other:7233" })).toMatchObject({
      namespace: "refunds",
      connectionOptions: { address: "other:7233" },
    });
  });
});

describe("A Temporal that asks for certificates", () => {
  test("lets connectNative() in that shows one", async () => {
    const waiting = impatience();
    const connection = await connectNative(temporalTargetOf(mutualTls()), waiting);
    expect(await connection.workflowService.getSystemInfo({})).toHaveProperty("serverVersion");
    await waitForSearchAttributes({ connection, namespace: "default" }, waiting);
    await connection.close();
    expect(waiting.log).not.toHaveBeenCalled();
  });

  test("lets connectLazily() in that shows one", async () => {
    const connection = connectLazily(temporalTargetOf(mutualTls()));
    const client = new Client({ connection, namespace: "default" });
    expect((await client.workflow.count("GuardState='nothing'")).count).toBe(0);
    await connection.close();
  });

  test.each<[name: string, without: readonly string[]]>([
    ["shows none", ["TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_KEY_PATH"]],
    ["doesn't know the authority", ["TEMPORAL_TLS_SERVER_CA_CERT_PATH"]],
  ])("keeps connectNative() out that %s, which says that it waits", async (_, without) => {
    const variables = Object.entries(mutualTls()).filter(([name]) => !without.includes(name));
    const target = temporalTargetOf({ ...Object.fromEntries(variables), TEMPORAL_TLS: "true" });
    const waiting = impatience();
    await expect(connectNative(target, waiting)).rejects.toThrow(/connect|transport|certificate|handshake|pipe/i);
    expect(waiting.log).toHaveBeenCalledWith(
      "warn",
      "Waiting for Temporal",
      expect.objectContaining({ address: proxy.address, reason: expect.any(String) }),
    );
  });
});

test("waitForSearchAttributes() says which namespace it waits for while that isn't there", async () => {
  const connection = connectLazily(temporalTargetOf({ TEMPORAL_ADDRESS: temporalAddress() }));
  const waiting = impatience();
  const waited = waitForSearchAttributes({ connection, namespace: "not-there" }, waiting);
  await expect(waited).rejects.toThrow(/not-there|not found/i);
  expect(waiting.log).toHaveBeenCalledWith(
    "warn",
    "Waiting for Temporal's search attributes",
    expect.objectContaining({ namespace: "not-there", reason: expect.stringMatching(/not-there|not found/i) }),
  );
  await connection.close();
});
