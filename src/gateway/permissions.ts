import type { Permission } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { Caller } from "./gateway.ts";
import type { GatewayPorts } from "./ports.ts";
import { recordForbidden } from "./refusals.ts";

/** What else a permission stands for: `admin` for everything within the tenant, reading all for reading one's own. */
const IMPLIED_BY: Readonly<Record<Permission, readonly Permission[]>> = {
  invoke: ["admin"],
  read: ["audit", "admin"],
  approve: ["admin"],
  audit: ["admin"],
  policy: ["admin"],
  act_as: ["admin"],
  admin: [],
  operator: [],
};

/** Whether the caller's credential carries a permission, by name or implied. */
export function permits(caller: Caller, permission: Permission): boolean {
  return caller.permissions.has(permission) || IMPLIED_BY[permission].some((wider) => caller.permissions.has(wider));
}

/** Refuses, with a record of it, a caller whose credential lacks the permission. @throws forbidden */
export async function assertPermission(ports: GatewayPorts, caller: Caller, permission: Permission): Promise<void> {
  if (permits(caller, permission)) return;
  await recordForbidden(ports, caller, permission);
  throw new CountersignError("forbidden", `The credential lacks the permission ${permission}`, {
    details: { permission },
  });
}
