import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { CountersignError } from "../core/countersign-error.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { AppEnv, AppOptions } from "./app-env.ts";
import { answerProblem, createErrorHandler } from "./errors.ts";
import { setCommonHeaders } from "./headers.ts";
import { addMetricsRoute } from "./routes/metrics.ts";

/** `GET /metrics` and `GET /healthz`, and nothing else, for a process that is no door. */
export function createMetricsApp(gateway: Gateway, options: Pick<AppOptions, "log"> = {}): Hono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  app.onError(createErrorHandler(options.log));
  app.use(setCommonHeaders);
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  addMetricsRoute(app, { gateway });
  app.notFound((c) => answerProblem(c, new CountersignError("not_found", "There is nothing here")));
  return app;
}
