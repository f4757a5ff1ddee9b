import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppEnv, RouteParts } from "../app-env.ts";
import { createAuthentication } from "../authentication.ts";

/** Prometheus' text format, version 0.0.4. */
const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Adds `GET /metrics` for whoever operates the process. Its sums are of all tenants, so it asks for a credential; query parameters
 * that a scraper adds are not read.
 */
export function addMetricsRoute(app: OpenAPIHono<AppEnv>, { gateway }: Pick<RouteParts, "gateway">): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/metrics",
    tags: ["Health"],
    summary: "What this process counted, for Prometheus",
    security: [{ bearer: [] }],
    responses: {
      200: { description: "Prometheus' text format", content: { "text/plain": { schema: z.string() } } },
      default: { $ref: "#/components/responses/Problem" },
    },
  });
  app.use("/metrics", createAuthentication(gateway));
  app.get("/metrics", async (c) =>
    c.body(await gateway.readMetrics(c.get("caller")), 200, { "content-type": TEXT_FORMAT }),
  );
}
