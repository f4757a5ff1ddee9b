import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { MAX_BODY_BYTES } from "../contract/limits.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { AppContext, AppEnv, AppOptions, RouteParts } from "./app-env.ts";
import { createAuthentication } from "./authentication.ts";
import { addDocsRoutes } from "./docs.ts";
import type { EndpointTarget } from "./endpoint.ts";
import { answerProblem, createErrorHandler } from "./errors.ts";
import { setCommonHeaders } from "./headers.ts";
import { createRequestObserver } from "./observe-requests.ts";
import { addOpenApiRoute } from "./openapi.ts";
import { addActionRoutes } from "./routes/actions.ts";
import { addApprovalStatsRoute } from "./routes/approval-stats.ts";
import { addApprovalRoutes } from "./routes/approvals.ts";
import { addAuditRoutes } from "./routes/audit.ts";
import { addBudgetRoutes } from "./routes/budgets.ts";
import { addGrantRoutes } from "./routes/grants.ts";
import { addGuardRoutes } from "./routes/guards.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addInvocationRoutes } from "./routes/invocations.ts";
import { addKeyRoutes } from "./routes/keys.ts";
import { addMetricsRoute } from "./routes/metrics.ts";
import { addPolicyRoutes } from "./routes/policy.ts";
import { addPrincipalRoutes } from "./routes/principals.ts";
import { addRunRoutes } from "./routes/runs.ts";
import { addSessionRoutes } from "./routes/sessions.ts";
import { addWebhookRoutes } from "./routes/webhooks.ts";

/**
 * The HTTP door over an application service: everything under `/v1` behind a bearer credential, health, and the interface's document.
 * It keeps nothing between requests, so any number of them may stand before one store.
 */
export function createApp(gateway: Gateway, options: AppOptions = {}): Hono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  const parts: RouteParts = { gateway, maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES };
  app.onError(createErrorHandler(options.log));
  app.use(setCommonHeaders);
  app.use(createRequestObserver(options));
  app.use("/v1/*", createAuthentication(gateway));
  addHealthRoutes(app, parts);
  addMetricsRoute(app, parts);
  addGuardedRoutes({ app, maxBodyBytes: parts.maxBodyBytes }, parts);
  addOpenApiRoute(app, options.publicUrl);
  addDocsRoutes(app);
  app.notFound(answerUnknown(app));
  return app;
}

function addGuardedRoutes(target: EndpointTarget, parts: RouteParts): void {
  addActionRoutes(target, parts);
  addInvocationRoutes(target, parts);
  addApprovalStatsRoute(target, parts);
  addApprovalRoutes(target, parts);
  addGrantRoutes(target, parts);
  addPolicyRoutes(target, parts);
  addAuditRoutes(target, parts);
  addBudgetRoutes(target, parts);
  addKeyRoutes(target, parts);
  addPrincipalRoutes(target, parts);
  addRunRoutes(target, parts);
  addSessionRoutes(target, parts);
  addWebhookRoutes(target, parts);
  addGuardRoutes(target, parts);
}

/** No such route, or not with this method: then `Allow` names those that there are, and OPTIONS is answered with it. */
function answerUnknown(app: Hono<AppEnv>): (c: AppContext) => Response {
  return (c) => {
    const allowed = findMethods(app, c.req.path);
    if (allowed.length > 0) c.header("allow", [...allowed, "OPTIONS"].join(", "));
    if (allowed.length > 0 && c.req.method === "OPTIONS") return c.body(null, 204);
    const detail = allowed.length > 0 ? "There is nothing here for this method" : "There is nothing here";
    return answerProblem(c, new CountersignError("not_found", detail));
  };
}

function findMethods(app: Hono<AppEnv>, path: string): string[] {
  const methods = ["GET", "POST", "PUT", "DELETE"].filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
  return methods.includes("GET") ? ["HEAD", ...methods] : methods;
}
