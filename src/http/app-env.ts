import type { Context } from "hono";
import type { Caller, Gateway } from "../gateway/gateway.ts";
import type { GatewayPorts } from "../gateway/ports.ts";

/** What a request carries through the app besides itself. */
export interface AppEnv {
  /** Set before any route runs. */
  readonly Variables: {
    /** Names the request in the log and in problem documents. */
    readonly requestId: string;
    /** Who knocks; set under `/v1` only. */
    readonly caller: Caller;
  };
}

/** The context of a request in our app. */
export type AppContext = Context<AppEnv>;

/** What every route module is given. */
export interface RouteParts {
  /** Does the work; checks permissions itself. */
  readonly gateway: Gateway;
  /** Bytes of a request body at most. */
  readonly maxBodyBytes: number;
}

/** Options of {@link createApp}. */
export interface AppOptions {
  /** Where faults that we did not foresee are written, and with level `debug` every answer; default nowhere. */
  readonly log?: GatewayPorts["log"];
  /** Counts the requests; default nothing does. */
  readonly metrics?: GatewayPorts["metrics"];
  /** Makes the requests part of their callers' traces; default nothing does. */
  readonly tracing?: GatewayPorts["tracing"];
  /** Address under which callers reach this app, shown in `/openapi.json`; default relative. */
  readonly publicUrl?: string;
  /** Bytes of a request body at most; default 262,144. */
  readonly maxBodyBytes?: number;
}
