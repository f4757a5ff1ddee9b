import type { GatewayPorts } from "./ports.ts";
import type { SchemaChecker } from "./check-input.ts";
import type { Waiter } from "./waiter.ts";

/** The ports and what the application service keeps while it lives. */
export interface GatewayContext extends GatewayPorts {
  /** Lets a door wait on the store's news. */
  readonly waiter: Waiter;
  /** Checks values against manifests' schemas. */
  readonly schemas: SchemaChecker;
}
