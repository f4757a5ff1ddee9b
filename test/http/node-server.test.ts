import { Agent, request } from "node:http";
import type { AddressInfo } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

let store: TestStore;
let http: TestApp;
let server: ServerType;

beforeAll(async () => {
  store = await openTestStore();
  await publishEcho(store);
  http = openTestApp(store);
  server = serve({ fetch: http.app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
});
afterAll(async () => {
  agent.destroy();
  await new Promise((resolve) => server.close(resolve));
  http.close();
  await store.close();
});

/** Sends a call in pieces over the one kept connection; without a declared length it goes out chunked. */
function call(pieces: readonly string[], headers: Record<string, string | number> = {}): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const all = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json", ...headers };
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, host: "127.0.0.1", port, method: "POST", path: "/v1/actions/test.echo/invocations", headers: all },
      (got) => {
        got.resume().on("end", () => resolve(got.statusCode ?? 0));
      },
    );
    sent.on("error", reject);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

test("createApp() behind a real server counts bytes with and without a declared length, and goes on serving", async () => {
  const small = ['{"input":', '{"a":"é"},', '"waitMs":0}'];
  const large = Array.from({ length: 100 }, () => "x".repeat(10_000));
  const statuses: number[] = [];
  for (const [pieces, headers] of [
    [small, {}],
    [large, {}],
    [small, {}],
    [large, { "content-length": 1_000_000 }],
    [large, { authorization: "" }],
    [small, { "content-length": Buffer.byteLength(small.join("")) }],
  ] as const) {
    statuses.push(await call(pieces, headers));
  }
  expect(statuses).toEqual([202, 413, 202, 413, 401, 202]);
});
