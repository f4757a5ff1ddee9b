import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { CountersignError } from "../core/countersign-error.ts";

/** On close, requests under way get this long to be answered. Our choice: a call's answer takes 5 s at most, unless it asks for more. */
const DRAIN_MS = 5_000;

/** Where to listen. Port 0 takes a free one. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds that requests under way get to be answered on close; default 5,000. */
  readonly drainMs?: number;
}

/** A port that is held, with or without an application behind it. */
export interface Listener {
  /** Base URL, with the port that was taken. */
  readonly url: string;
  /** Hands requests to the application from now on; until then they are answered with 503. */
  serve(app: { fetch(request: Request): Response | Promise<Response> }): void;
  /** Takes no new connections, lets requests under way end, then closes the rest. Later calls wait for the first. */
  close(): Promise<void>;
}

/**
 * Takes the port before anything else is started, so that a port that is taken leaves nothing half-started.
 * @throws unavailable when the port can't be had
 */
export async function listen({ host, port, drainMs = DRAIN_MS }: ListenOptions): Promise<Listener> {
  let handle: RequestListener = (_request, response) => {
    response.writeHead(503, { "content-type": "application/problem+json", "retry-after": "1" });
    response.end(
      JSON.stringify({
        type: "about:blank",
        title: "Unavailable",
        status: 503,
        detail: "Starting",
        code: "unavailable",
        retryable: true,
      }),
    );
  };
  const server = createServer();
  // First, so that it knows of a response before that is sent.
  const drain = createDrain(server);
  server.on("request", (request, response) => handle(request, response));
  await bind(server, { host, port });
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    serve: (app) => {
      const listener = getRequestListener((request) => app.fetch(request));
      handle = (request, response) => void listener(request, response);
    },
    close: () => drain(drainMs),
  };
}

function bind(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(bindError(error, { host, port })));
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function bindError(error: NodeJS.ErrnoException, { host, port }: ListenOptions): CountersignError {
  const message =
    error.code === "EADDRINUSE"
      ? `Port ${port} on ${host} is taken: stop what listens there, or set COUNTERSIGN_PORT to another port`
      : `Port ${port} on ${host} can't be had (${error.code ?? error.message}): set COUNTERSIGN_HOST and COUNTERSIGN_PORT to ones that can`;
  return new CountersignError("unavailable", message, { cause: error });
}

/** What closes a server: it takes no new connection, and each that is open ends with its answer, so that its caller turns to another process. */
function createDrain(server: Server): (drainMs: number) => Promise<void> {
  const underWay = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;
  server.on("request", (_request, response: ServerResponse) => {
    if (closing !== undefined) response.shouldKeepAlive = false;
    underWay.add(response);
    response.once("close", () => underWay.delete(response));
  });
  return (drainMs) => {
    for (const response of underWay) response.shouldKeepAlive = false;
    return (closing ??= closeServer(server, drainMs));
  };
}

function closeServer(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
