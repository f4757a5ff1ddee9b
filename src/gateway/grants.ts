import type { GrantView } from "../contract/grants.ts";
import type { Manifest } from "../contract/manifest.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { parseGrantId } from "../core/ids.ts";
import type { GrantDetailRow } from "../store/grants.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";
import { notFound } from "./read-invocations.ts";
import { statusOf, viewGrant } from "./view-grant.ts";

/** The methods about grants. */
export function createGrantMethods(ports: GatewayPorts): Pick<Gateway, "listGrants" | "getGrant" | "revokeGrant"> {
  return {
    async listGrants(caller, filter, page) {
      await assertMayLook(ports, caller);
      const { tenant, subject } = caller.principal;
      const scope = { tenant, filter, subject: permits(caller, "audit") ? undefined : subject };
      const found = await ports.store.grants.list(scope, page);
      return { ...found, items: await viewAll(ports, tenant, found.items) };
    },

    async getGrant(caller, id) {
      await assertMayLook(ports, caller);
      return viewOne(ports, await findGrant(ports, caller, id));
    },

    async revokeGrant(caller, id) {
      await assertPermission(ports, caller, "approve");
      const row = await findGrant(ports, caller, id);
      if (row.issuer !== caller.principal.subject) await assertPermission(ports, caller, "admin");
      await assertNotOver(ports, row);
      return viewOne(ports, await revoke(ports, caller, row));
    },
  };
}

/** Whoever may vote may look at what votes gave. */
async function assertMayLook(ports: GatewayPorts, caller: Caller): Promise<void> {
  if (!permits(caller, "approve")) await assertPermission(ports, caller, "read");
}

/** A grant that the caller issued, is for the caller, or (with `audit`) any of the tenant. @throws not_found */
async function findGrant(ports: GatewayPorts, caller: Caller, id: string): Promise<GrantDetailRow> {
  const { tenant, subject } = caller.principal;
  const parsed = parseGrantId(id);
  const row = parsed && (await ports.store.grants.get(tenant, parsed));
  const maySee = row !== undefined && (permits(caller, "audit") || [row.issuer, row.actor].includes(subject));
  if (!maySee) throw notFound();
  return row;
}

/** One that is void may be revoked: it would count again once its versions are in force again. @throws already_final */
async function assertNotOver({ store }: GatewayPorts, row: GrantDetailRow): Promise<void> {
  const { action_version: actionVersion, policy_version: policyVersion } = row;
  const status = statusOf(row, { nowMs: await store.clock.nowMs(), actionVersion, policyVersion });
  if (status === "active" || status === "revoked") return;
  throw new CountersignError("already_final", "The grant is over already", { details: { status } });
}

/** The grant as it is after it; only who revokes it first is on record. */
function revoke({ store }: GatewayPorts, caller: Caller, row: GrantDetailRow): Promise<GrantDetailRow> {
  const { subject } = caller.principal;
  const { tenant, id, actor, invocation, action, issuer, uses, used } = row;
  return store.transaction(async (tx) => {
    if (await tx.grants.revoke(tenant, id, subject)) {
      const data = { grant: id, issuedBy: issuer, uses, used };
      await tx.audit.append(tenant, [{ type: "grant.revoked", principal: subject, actor, invocation, action, data }]);
    }
    return (await tx.grants.get(tenant, id)) ?? row;
  });
}

async function viewOne(ports: GatewayPorts, row: GrantDetailRow): Promise<GrantView> {
  const [view] = await viewAll(ports, row.tenant, [row]);
  if (view === undefined) throw new CountersignError("internal", "The grant could not be shown");
  return view;
}

async function viewAll(ports: GatewayPorts, tenant: string, rows: readonly GrantDetailRow[]): Promise<GrantView[]> {
  if (rows.length === 0) return [];
  const nowMs = await ports.store.clock.nowMs();
  const policyVersion = (await ports.policies.inForce(tenant))?.version;
  const manifests = await findManifests(ports, rows);
  return rows.map((row) => {
    const { current, issuedFor } = manifests.get(keyOf(row)) ?? {};
    const present = { nowMs, policyVersion, actionVersion: current?.version };
    return viewGrant(row, { present, redact: ports.redact, secretFields: issuedFor?.secretFields });
  });
}

/** An action as it is published now, and as the grant was issued for it. */
interface Manifests {
  readonly current: Manifest | undefined;
  readonly issuedFor: Manifest | undefined;
}

/** Looks up each action and version once. */
async function findManifests(
  { store }: GatewayPorts,
  rows: readonly GrantDetailRow[],
): Promise<ReadonlyMap<string, Manifests>> {
  const found = new Map<string, Manifests>();
  for (const row of rows) {
    if (found.has(keyOf(row))) continue;
    const [current, issuedFor] = await Promise.all([
      store.manifests.get(row.action),
      store.manifests.getVersion(row.action, row.action_version),
    ]);
    found.set(keyOf(row), { current, issuedFor });
  }
  return found;
}

function keyOf(row: GrantDetailRow): string {
  return `${row.action} ${row.action_version}`;
}
