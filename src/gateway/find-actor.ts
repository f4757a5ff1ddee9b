import type { Principal } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { Caller } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";

/**
 * Whoever something is done for. Acting for another gives the rights that both have.
 * @throws forbidden without `act_as`, invalid_request for a name that nobody in the tenant has
 */
export async function findActor(
  ports: GatewayPorts,
  caller: Caller,
  onBehalfOf: string | undefined,
): Promise<Principal> {
  const self = caller.principal;
  if (onBehalfOf === undefined || onBehalfOf === self.subject) return self;
  await assertPermission(ports, caller, "act_as");
  const actor = await ports.store.principals.get(self.tenant, onBehalfOf);
  if (actor === undefined) {
    throw new CountersignError("invalid_request", "onBehalfOf names no principal of this tenant");
  }
  const shared = (theirs: readonly string[], ours: readonly string[]): string[] =>
    theirs.filter((name) => ours.includes(name));
  return {
    ...actor,
    roles: shared(actor.roles, self.roles),
    groups: shared(actor.groups, self.groups),
    scopes: shared(actor.scopes, self.scopes),
  };
}
