import { Hono } from "hono";
import { CountersignError } from "../core/countersign-error.ts";
import type { AppEnv } from "./app-env.ts";
import { answerProblem } from "./errors.ts";
import { setCommonHeaders } from "./headers.ts";

/**
 * What a process answers with while it waits for its parts: that it lives, what it waits for, and to everything else that the caller is
 * to come again.
 * @param missing what it waits for at present, in words
 */
export function createStartingApp(missing: () => readonly string[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(setCommonHeaders);
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const details = { ready: false, missing: missing() };
    return answerProblem(c, new CountersignError("unavailable", "Not ready to serve calls", { details }));
  });
  app.notFound((c) => answerProblem(c, new CountersignError("unavailable", "Starting")));
  return app;
}
