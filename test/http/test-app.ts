import { createGateway, type OpenGateway } from "../../src/gateway/create-gateway.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import { type AppOptions, createApp } from "../../src/http/index.ts";
import { ADMIN_KEY, createPorts } from "../gateway/identity-gateway.ts";
import { manifestOf } from "../support/manifests.ts";
import type { TestStore } from "../support/pglite.ts";

/** What a test sends; a body that is neither text nor bytes goes as JSON. */
export interface Sent {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Any JSON; empty for none. */
  readonly body: Record<string, unknown>;
}

/** The app over a real application service. Runs are started nowhere: calls stay accepted. */
export interface TestApp extends OpenGateway {
  readonly app: ReturnType<typeof createApp>;
  /** Sends as the operator unless another key, or an empty one for none, is given. */
  send(method: string, path: string, sent?: Sent): Promise<Got>;
}

/** Opens the app over a store. */
export function openTestApp(store: TestStore, options: AppOptions = {}): TestApp {
  const ports: GatewayPorts = createPorts({ ...store });
  const opened = createGateway({
    ...ports,
    runs: {
      ...ports.runs,
      start: () => Promise.resolve(),
      countWorkers: () => Promise.resolve(1),
      missingSearchAttributes: () => Promise.resolve([]),
    },
  });
  const app = createApp(opened.gateway, options);
  return { ...opened, app, send: (method, path, sent = {}) => send(app, { method, path, ...sent }) };
}

/** Publishes the action that HTTP tests call. */
export async function publishEcho(store: TestStore): Promise<void> {
  await store.manifests.publish([manifestOf({ inputSchema: { type: "object", additionalProperties: true } })]);
}

async function send(
  app: TestApp["app"],
  sent: Sent & { readonly method: string; readonly path: string },
): Promise<Got> {
  const { method, path, key = ADMIN_KEY, body, headers } = sent;
  const isRaw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  const response = await app.request(path, {
    method,
    headers: {
      ...(key === "" ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? (body as ReadableStream) : JSON.stringify(body) }),
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? (JSON.parse(text) as Got["body"]) : {},
  };
}
