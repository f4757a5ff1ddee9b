import { CountersignError } from "../core/countersign-error.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import type { GatewayPorts } from "../gateway/ports.ts";
import { listen } from "../http/listen.ts";
import { createMetricsApp } from "../http/metrics-app.ts";
import { createStartingApp } from "../http/starting-app.ts";

/** Where a process that is no door tells what it counted. */
export interface MetricsAddress {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** A running `GET /metrics`, beside `GET /healthz`. */
export interface MetricsServer {
  readonly url: string;
  /** Tells what these ports count from now on, to keys with permission `operator`; until then only that the process lives. */
  serve(ports: GatewayPorts): void;
  close(): Promise<void>;
}

/**
 * Takes the port for `GET /metrics` and `GET /healthz`, and nothing else. The latter answers at once and to everybody, while the process
 * waits for its parts too.
 * @throws unavailable when the port can't be had
 */
export async function serveMetrics({ host = "127.0.0.1", port }: MetricsAddress): Promise<MetricsServer> {
  const listener = await listen({ host, port }).catch((cause: unknown) => {
    throw new CountersignError("unavailable", `Port ${port} on ${host} can't be had for metrics`, { cause });
  });
  listener.serve(createStartingApp(() => ["Starting"]));
  let stopGateway: (() => void) | undefined;
  return {
    url: listener.url,
    serve(ports) {
      const { gateway, close } = createGateway(ports);
      stopGateway = close;
      listener.serve(createMetricsApp(gateway, { log: ports.log }));
    },
    close: async () => {
      await listener.close();
      stopGateway?.();
    },
  };
}
