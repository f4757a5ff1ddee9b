import type { Gateway } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";

/** The method about the tenant's record. */
export function createAuditMethods(ports: GatewayPorts): Pick<Gateway, "listAudit"> {
  return {
    async listAudit(caller, filter, page) {
      await assertPermission(ports, caller, "audit");
      return ports.store.audit.list(caller.principal.tenant, filter, page);
    },
  };
}
