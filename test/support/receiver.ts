import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { onTestFinished } from "vitest";
import { WebhookMessage } from "../../src/contract/webhooks.ts";

/** A message as a receiver got it. */
export interface ReceivedMessage {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on loopback. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Every message, in the order they came. */
  readonly received: ReceivedMessage[];
  /** Connections that were made to it. */
  connections(): number;
  /** What it answers from now on. */
  answer(handler: RequestListener | number): void;
  close(): Promise<void>;
}

/** Starts a receiver; it answers 204 until told otherwise, and ends with the test unless told to stay. */
export async function startReceiver({ port = 0, stays = false } = {}): Promise<Receiver> {
  const received: ReceivedMessage[] = [];
  let connections = 0;
  let handler: RequestListener = (_, response) => void response.writeHead(204).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      });
      handler(request, response);
    });
  });
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  if (!stays) onTestFinished(() => closeServer(server));
  const address = server.address() as AddressInfo;
  return {
    ...{ received, url: `http://127.0.0.1:${address.port}/hook`, port: address.port },
    connections: () => connections,
    answer: (next) => {
      handler = typeof next === "number" ? (_, response) => void response.writeHead(next).end() : next;
    },
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}

/** A message once the reference implementation of Standard Webhooks has verified its signature. @throws when it doesn't */
export function openMessage(message: ReceivedMessage, secret: string): WebhookMessage {
  return WebhookMessage.parse(new Webhook(secret).verify(message.body, message.headers as Record<string, string>));
}
