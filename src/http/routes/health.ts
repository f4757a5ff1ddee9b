import type { Hono } from "hono";
import { CountersignError } from "../../core/countersign-error.ts";
import type { AppEnv, RouteParts } from "../app-env.ts";
import { answerProblem } from "../errors.ts";
import { toCountersignError } from "../problem.ts";

/** Adds the routes for whoever watches the process: alive, and able to serve. Neither needs a credential. */
export function addHealthRoutes(app: Hono<AppEnv>, { gateway }: RouteParts): void {
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    const { ready, missing, parts } = await gateway.readiness().catch((error: unknown) => ({
      ready: false,
      missing: [toCountersignError(error).message],
      parts: {},
    }));
    if (ready) return c.json({ ready, missing, parts });
    return answerProblem(
      c,
      new CountersignError("unavailable", "Not ready to serve calls", { details: { ready, missing, parts } }),
    );
  });
}
