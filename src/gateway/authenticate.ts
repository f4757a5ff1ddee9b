import { DEFAULT_TENANT, type Permission, type Principal } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { ApiKeyCredential } from "../store/api-keys.ts";
import { equalHashes, hashCredential, prefixOf } from "./credentials.ts";
import type { Caller } from "./gateway.ts";
import type { GatewayPorts } from "./ports.ts";
import { recordUnauthenticated, type RefusedCredential } from "./refusals.ts";

/** Characters of a credential that are looked at. Above the longest admin key. */
const MAX_CREDENTIAL_LENGTH = 512;

const ADMIN_SUBJECT = "admin";
const ADMIN_PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>(["admin", "operator"]);

/** Compared with when there is no key of a prefix, so that a guess costs the same work either way. No credential has this hash. */
const NO_HASH = Buffer.alloc(32);

/**
 * Makes the check of bearer credentials: the admin key of the configuration first, then the stored keys, in one query.
 * Nothing is remembered between calls, so a revocation holds from its commit on.
 */
export function createAuthenticate(ports: GatewayPorts): (credential: string | undefined) => Promise<Caller> {
  const adminHash = ports.adminKey === undefined ? undefined : hashCredential(ports.adminKey);

  return async (credential) => {
    if (credential === undefined || credential.length > MAX_CREDENTIAL_LENGTH) {
      return refuse(ports, { prefix: undefined, tenant: undefined });
    }
    const hash = hashCredential(credential);
    if (adminHash !== undefined && equalHashes(hash, adminHash)) return findAdmin(ports);
    const prefix = prefixOf(credential);
    const key = prefix === undefined ? undefined : await ports.store.apiKeys.findByPrefix(prefix);
    const matches = equalHashes(hash, key === undefined ? NO_HASH : Buffer.from(key.hash, "hex"));
    if (key !== undefined && matches && key.live) return callerOf(key);
    return refuse(ports, { prefix, tenant: key?.tenant });
  };
}

/** The operator: a principal row of that name, if somebody made one, says what roles, groups and scopes it has. */
async function findAdmin(ports: GatewayPorts): Promise<Caller> {
  const kept = await ports.store.principals.get(DEFAULT_TENANT, ADMIN_SUBJECT);
  const principal: Principal = kept ?? {
    tenant: DEFAULT_TENANT,
    subject: ADMIN_SUBJECT,
    kind: "user",
    roles: [],
    groups: [],
    scopes: [],
  };
  return { principal, permissions: ADMIN_PERMISSIONS };
}

function callerOf(key: ApiKeyCredential): Caller {
  const { tenant, subject, kind, roles, groups, scopes } = key;
  return { principal: { tenant, subject, kind, roles, groups, scopes }, permissions: new Set(key.permissions) };
}

/** The same answer whatever was wrong: a caller does not learn whether a prefix exists, is revoked or has expired. */
async function refuse(ports: GatewayPorts, credential: RefusedCredential): Promise<never> {
  await recordUnauthenticated(ports, credential);
  throw new CountersignError("unauthenticated", "No valid credential came with the request");
}
