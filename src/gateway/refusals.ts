import { performance } from "node:perf_hooks";
import { DEFAULT_TENANT, type Permission } from "../contract/principal.ts";
import type { Store } from "../store/store.ts";
import type { Caller } from "./gateway.ts";
import { createMinuteLimiter, type MinuteLimiter } from "./minute-limiter.ts";
import type { GatewayPorts } from "./ports.ts";

/** Refusals of known keys and principals audited in a minute at most. Our choice: bounds memory, far above honest mistakes. */
const KNOWN_CAPACITY = 10_000;
/** Refusals of credentials that belong to nobody audited in a minute at most. Our choice: guessing must not fill the record. */
const UNKNOWN_CAPACITY = 60;

/** A credential that did not open the door, as far as may be told. */
export interface RefusedCredential {
  /** The public prefix, when the credential has the shape of a key. */
  readonly prefix: string | undefined;
  /** Tenant of the key with that prefix; absent when there is none. */
  readonly tenant: string | undefined;
}

interface Limiters {
  readonly known: MinuteLimiter;
  readonly unknown: MinuteLimiter;
}

/** Beside each store, so that all parts of one application service count together. */
const limitersOf = new WeakMap<Store, Limiters>();

/** Logs and audits a failed authentication, at most once a minute per prefix. Nothing of the credential is kept but that prefix. */
export async function recordUnauthenticated(ports: GatewayPorts, credential: RefusedCredential): Promise<void> {
  const { prefix, tenant } = credential;
  const named = prefix === undefined ? {} : { prefix };
  ports.log("info", "Authentication failed", { code: "unauthenticated", ...named });
  const { known, unknown } = findLimiters(ports.store);
  const limiter = tenant === undefined ? unknown : known;
  if (!limiter.admits(`key ${prefix ?? ""}`, performance.now())) return;
  await append(ports, tenant ?? DEFAULT_TENANT, { data: { code: "unauthenticated", ...named } });
}

/** Logs and audits that a caller lacks a permission, at most once a minute per principal and permission. */
export async function recordForbidden(ports: GatewayPorts, caller: Caller, permission: Permission): Promise<void> {
  const { tenant, subject } = caller.principal;
  ports.log("info", "Permission is missing", { code: "forbidden", tenant, subject, permission });
  if (!findLimiters(ports.store).known.admits(`${tenant} ${subject} ${permission}`, performance.now())) return;
  await append(ports, tenant, { principal: subject, data: { code: "forbidden", permission } });
}

async function append(
  ports: GatewayPorts,
  tenant: string,
  event: { readonly principal?: string; readonly data: Readonly<Record<string, unknown>> },
): Promise<void> {
  try {
    await ports.store.transaction((tx) => tx.audit.append(tenant, [{ type: "door.refused", ...event }]));
  } catch (error) {
    // Nothing happens behind a closed door, so the refusal stands even when its record can't be written.
    ports.log("error", "A refusal could not be audited", { tenant, error });
  }
}

function findLimiters(store: Store): Limiters {
  const found = limitersOf.get(store);
  if (found !== undefined) return found;
  const limiters = { known: createMinuteLimiter(KNOWN_CAPACITY), unknown: createMinuteLimiter(UNKNOWN_CAPACITY) };
  limitersOf.set(store, limiters);
  return limiters;
}
