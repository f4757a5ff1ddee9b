import type { Next } from "hono";
import { matchedRoutes } from "hono/route";
import type { GatewayPorts, WorkTrace } from "../gateway/ports.ts";
import type { AppContext } from "./app-env.ts";

/** Who is told of requests; whoever is absent isn't. */
export interface RequestObservers {
  /** Hears of each answer, as a line of level `debug`. */
  readonly log?: GatewayPorts["log"] | undefined;
  readonly metrics?: GatewayPorts["metrics"];
  readonly tracing?: GatewayPorts["tracing"];
}

/** Asked each few seconds by whoever watches the process: traces of them would hide all others. */
const UNTRACED = new Set(["/healthz", "/readyz", "/metrics"]);

/** From this status on the fault is ours. */
const FIRST_SERVER_FAULT = 500;

/** Counts, traces and logs every request by the pattern of its route: a path holds ids, and may hold anything. */
export function createRequestObserver(observers: RequestObservers): (c: AppContext, next: Next) => Promise<void> {
  const { tracing } = observers;
  return async (c, next) => {
    const beganAtMs = performance.now();
    const { method } = c.req;
    const observe = async (trace?: WorkTrace): Promise<void> => {
      await next();
      const route = routeOf(c);
      const { status } = c.res;
      trace?.rename(`${method} ${route}`);
      trace?.note({ "http.route": route, "http.response.status_code": status });
      if (status >= FIRST_SERVER_FAULT) trace?.fail(String(status));
      const tookMs = performance.now() - beganAtMs;
      observers.metrics?.answered({ method, route, status, tookMs });
      const requestId = c.get("requestId");
      observers.log?.("debug", "A request was answered", {
        requestId,
        method,
        route,
        status,
        tookMs: Math.round(tookMs),
      });
    };
    if (tracing === undefined || UNTRACED.has(c.req.path)) return observe();
    const attributes = { "http.request.method": method };
    const traceParent = lastOf(c.req.header("traceparent"));
    await tracing.trace({ name: method, kind: "server", traceParent, attributes }, observe);
  };
}

/** A `fetch` that is instrumented adds its own behind that of our client, and its span is the inner one. */
function lastOf(header: string | undefined): string | undefined {
  return header?.slice(header.lastIndexOf(",") + 1).trim();
}

/** As the interface's document writes it: `/v1/invocations/{id}`. */
function routeOf(c: AppContext): string {
  const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
  return route === undefined ? "unknown" : route.path.replaceAll(/:(\w+)(\{[^}]*\})?/g, "{$1}");
}
