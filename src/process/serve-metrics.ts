import { CountersignError } from "../core/countersign-error.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import type { GatewayPorts } from "../gateway/ports.ts";
import { listen } from "../http/listen.ts";
import { createMetricsApp } from "../http/metrics-app.ts";

/** Where a process that is no door tells what it counted. */
export interface MetricsAddress {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** A running `GET /metrics`. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics` for keys with permission `operator`, and nothing else.
 * @throws unavailable when the port can't be had
 */
export async function serveMetrics(
  { host = "127.0.0.1", port }: MetricsAddress,
  ports: GatewayPorts,
): Promise<MetricsServer> {
  const listener = await listen({ host, port }).catch((cause: unknown) => {
    throw new CountersignError("unavailable", `Port ${port} on ${host} can't be had for metrics`, { cause });
  });
  const { gateway, close } = createGateway(ports);
  listener.serve(createMetricsApp(gateway, { log: ports.log }));
  return {
    url: listener.url,
    close: async () => {
      await listener.close();
      close();
    },
  };
}
