import type { Permission, PrincipalKind } from "../../src/contract/principal.ts";
import { CountersignError } from "../../src/core/countersign-error.ts";
import { createActionMethods } from "../../src/gateway/actions.ts";
import { createAuditMethods } from "../../src/gateway/audit.ts";
import { createAuthenticate } from "../../src/gateway/authenticate.ts";
import { createDirectory } from "../../src/gateway/directory.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import { createKeyMethods } from "../../src/gateway/keys.ts";
import { createPolicyMethods } from "../../src/gateway/policies.ts";
import { createPolicySource } from "../../src/gateway/policy-source.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import { createPrincipalMethods } from "../../src/gateway/principals.ts";
import type { Store } from "../../src/store/store.ts";

/** The operator's key in tests. */
export const ADMIN_KEY = "an-admin-key-of-more-than-32-visible-characters";

/** The part of the application service that needs no run: identity, administration, policy and the record. */
export type IdentityGateway = Pick<
  Gateway,
  | "authenticate"
  | "listActions"
  | "getAction"
  | "listAudit"
  | "createKey"
  | "listKeys"
  | "revokeKey"
  | "getPrincipal"
  | "putPrincipal"
  | "evaluatePolicy"
  | "getPolicy"
  | "putPolicy"
  | "listPolicyVersions"
>;

/** Ports over a store; nothing here may reach for a run. */
export function createPorts(store: Store, log: GatewayPorts["log"] = () => undefined): GatewayPorts {
  const noRun = () => Promise.reject(new Error("There are no runs here"));
  return {
    store,
    runs: {
      start: noRun,
      wake: noRun,
      cancel: noRun,
      countWorkers: noRun,
      compensate: noRun,
      probe: noRun,
      missingSearchAttributes: noRun,
      uiUrl: () => undefined,
    },
    redact: (value) => value,
    signingKey: "a-signing-key-for-tests",
    adminKey: ADMIN_KEY,
    policies: createPolicySource(store),
    directory: createDirectory(store),
    log,
  };
}

/** The real thing over real tables, without the parts that need Temporal. */
export function createIdentityGateway(ports: GatewayPorts): IdentityGateway {
  return {
    authenticate: createAuthenticate(ports),
    ...createActionMethods(ports),
    ...createAuditMethods(ports),
    ...createKeyMethods(ports),
    ...createPrincipalMethods(ports),
    ...createPolicyMethods(ports, ports.policies),
  };
}

/** What {@link createKey} makes a key of. */
export interface KeyWish {
  readonly subject?: string;
  readonly kind?: PrincipalKind;
  readonly roles?: string[];
  readonly tenant?: string;
  readonly permissions?: Permission[];
}

/** Makes a key as the operator and gives its text. */
export async function createKey(gateway: IdentityGateway, wish: KeyWish = {}): Promise<string> {
  const operator = await gateway.authenticate(ADMIN_KEY);
  const { subject = "somebody", kind = "user", permissions = ["invoke", "read"], ...rest } = wish;
  return (await gateway.createKey(operator, { subject, kind, permissions, ...rest })).key;
}

/** Makes a key as the operator and gives who it belongs to. */
export async function createCaller(gateway: IdentityGateway, wish: KeyWish = {}): Promise<Caller> {
  return gateway.authenticate(await createKey(gateway, wish));
}

/** The code that a promise rejects with; fails when it doesn't or with an error that is not ours. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error("It was fulfilled"),
    (reason: unknown) => reason,
  );
  if (error instanceof CountersignError) return error.code;
  throw error;
}
