import type { CreateKeyRequest, KeyView, Permission, Principal } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { ApiKeyRow } from "../store/api-keys.ts";
import type { TransactionTables } from "../store/store.ts";
import { createCredential, type NewCredential } from "./credentials.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";
import { describePrincipal } from "./principals.ts";
import { toWireTime } from "./views.ts";

const KEY_ID = /^key_[0-9a-z]{26}$/;

/** The methods about API keys. All need `admin`. */
export function createKeyMethods(ports: GatewayPorts): Pick<Gateway, "createKey" | "listKeys" | "revokeKey"> {
  return {
    async createKey(caller, request) {
      await assertMayCreate(ports, caller, request);
      const making = { caller, request, credential: createCredential() };
      const row = await ports.store.transaction((tx) => create(tx, making));
      return { ...viewKey(row), key: making.credential.key };
    },

    async listKeys(caller, page) {
      await assertPermission(ports, caller, "admin");
      const found = await ports.store.apiKeys.list(caller.principal.tenant, page);
      return { ...found, items: found.items.map(viewKey) };
    },

    async revokeKey(caller, id) {
      await assertPermission(ports, caller, "admin");
      if (!KEY_ID.test(id)) throw keyNotFound();
      return ports.store.transaction((tx) => revoke(tx, caller, id));
    },
  };
}

interface Making {
  readonly caller: Caller;
  readonly request: CreateKeyRequest;
  readonly credential: NewCredential;
}

/** A key never carries more than its maker's, and stays in its maker's tenant unless an operator makes it. */
async function assertMayCreate(ports: GatewayPorts, caller: Caller, request: CreateKeyRequest): Promise<void> {
  await assertPermission(ports, caller, "admin");
  if (!isOwnTenant(caller, request)) await assertPermission(ports, caller, "operator");
  for (const permission of request.permissions) await assertPermission(ports, caller, permission);
  if (request.expiresAt !== undefined && !(Date.parse(request.expiresAt) > Date.now())) {
    const errors = [{ pointer: "/expiresAt", message: "Must be a time to come" }];
    throw new CountersignError("invalid_request", "The key would have expired already", { details: { errors } });
  }
}

async function create(tx: TransactionTables, { caller, request, credential }: Making): Promise<ApiKeyRow> {
  const tenant = request.tenant ?? caller.principal.tenant;
  const permissions: Permission[] = [...new Set(request.permissions)];
  // Another tenant's record names nobody of the operator's own.
  const maker = isOwnTenant(caller, request) ? { principal: caller.principal.subject } : {};
  const { principal, isNew } = await ensurePrincipal(tx, tenant, request);
  await tx.apiKeys.insert({
    ...credential,
    tenant,
    subject: principal.subject,
    permissions,
    createdBy: maker.principal ?? "operator",
    expiresAt: request.expiresAt === undefined ? undefined : new Date(request.expiresAt),
  });
  const row = await tx.apiKeys.get(tenant, credential.id);
  if (row === undefined) throw new CountersignError("internal", "The key was not written");
  const { id, prefix, subject } = row;
  const expiry = row.expires_at === null ? {} : { expiresAt: toWireTime(row.expires_at) };
  await tx.audit.append(tenant, [
    ...(isNew
      ? [{ type: "principal.changed" as const, ...maker, data: { ...describePrincipal(principal), created: true } }]
      : []),
    { type: "key.created", ...maker, data: { id, prefix, subject, permissions, ...expiry } },
  ]);
  return row;
}

/** Makes the principal if it is new, or finds that it is the one that the request describes. @throws principal_conflict */
async function ensurePrincipal(
  tx: TransactionTables,
  tenant: string,
  request: CreateKeyRequest,
): Promise<{ readonly principal: Principal; readonly isNew: boolean }> {
  const { subject, kind, roles, groups, scopes } = request;
  const wanted = { tenant, subject, kind, roles: roles ?? [], groups: groups ?? [], scopes: scopes ?? [] };
  if (await tx.principals.insert(wanted)) return { principal: wanted, isNew: true };
  const principal = await tx.principals.lock(tenant, subject);
  if (principal === undefined) throw new CountersignError("internal", "The principal was not written");
  const differs =
    principal.kind !== kind ||
    !isSameSet(roles, principal.roles) ||
    !isSameSet(groups, principal.groups) ||
    !isSameSet(scopes, principal.scopes);
  if (differs) {
    throw new CountersignError(
      "principal_conflict",
      "The principal exists with another kind or other roles, groups or scopes",
    );
  }
  return { principal, isNew: false };
}

async function revoke(tx: TransactionTables, caller: Caller, id: string): Promise<KeyView> {
  const { tenant, subject } = caller.principal;
  const isRevoked = await tx.apiKeys.revoke(tenant, id);
  const row = await tx.apiKeys.get(tenant, id);
  if (row === undefined) throw keyNotFound();
  if (isRevoked) {
    const data = { id, prefix: row.prefix, subject: row.subject };
    await tx.audit.append(tenant, [{ type: "key.revoked", principal: subject, data }]);
  }
  return viewKey(row);
}

function viewKey(row: ApiKeyRow): KeyView {
  const { id, prefix, tenant, subject, kind, roles, groups, scopes, permissions } = row;
  return {
    ...{ id, prefix, tenant, subject, kind, roles, groups, scopes, permissions },
    createdAt: toWireTime(row.created_at),
    ...(row.expires_at === null ? {} : { expiresAt: toWireTime(row.expires_at) }),
    ...(row.revoked_at === null ? {} : { revokedAt: toWireTime(row.revoked_at) }),
  };
}

function isOwnTenant(caller: Caller, request: CreateKeyRequest): boolean {
  return request.tenant === undefined || request.tenant === caller.principal.tenant;
}

/** Order and repetition don't matter; what the request doesn't name isn't compared. */
function isSameSet(wanted: readonly string[] | undefined, kept: readonly string[]): boolean {
  if (wanted === undefined) return true;
  const [left, right] = [new Set(wanted), new Set(kept)];
  return left.size === right.size && [...left].every((name) => right.has(name));
}

function keyNotFound(): CountersignError {
  return new CountersignError("not_found", "There is no such key");
}
