export type { Caller, Gateway, Readiness } from "./gateway/gateway.ts";
export { type AppOptions, createApp } from "./http/index.ts";
export { type GatewayOptions, type OpenedGateway, openGateway } from "./process/open-gateway.ts";
