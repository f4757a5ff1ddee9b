import type { Next } from "hono";
import type { Gateway } from "../gateway/gateway.ts";
import type { AppContext } from "./app-env.ts";

/** RFC 6750, section 2.1, with the scheme in any case (RFC 9110, section 11.1). */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/** Finds who knocks before anything else is read of the request; without a valid credential nothing behind it runs. */
export function createAuthentication(gateway: Gateway): (c: AppContext, next: Next) => Promise<void> {
  return async (c, next) => {
    const credential = BEARER.exec(c.req.header("authorization") ?? "")?.[1];
    c.set("caller", await gateway.authenticate(credential));
    await next();
  };
}
