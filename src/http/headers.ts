import { randomUUID } from "node:crypto";
import type { Next } from "hono";
import type { AppContext } from "./app-env.ts";

/** Nothing that we answer as data is to be rendered, framed or sniffed. */
const DATA_HEADERS: ReadonlyArray<readonly [name: string, value: string]> = [
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["referrer-policy", "no-referrer"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["cache-control", "no-store"],
  ["cross-origin-resource-policy", "same-origin"],
];

/**
 * Names the request and sets the security headers. Set before the routes run, so that the answer is built once;
 * a route may set its own value over one of them. The name is always ours: an incoming one is not echoed.
 */
export async function setCommonHeaders(c: AppContext, next: Next): Promise<void> {
  const requestId = randomUUID();
  c.set("requestId", requestId);
  c.header("x-request-id", requestId);
  for (const [name, value] of DATA_HEADERS) c.header(name, value);
  await next();
}
