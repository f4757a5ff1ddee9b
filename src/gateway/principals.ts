import { Name, type Principal, type PutPrincipalRequest } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { TransactionTables } from "../store/store.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";

/** The methods about principals of the caller's tenant. */
export function createPrincipalMethods(ports: GatewayPorts): Pick<Gateway, "getPrincipal" | "putPrincipal"> {
  return {
    async getPrincipal(caller, subject) {
      if (subject === caller.principal.subject) return caller.principal;
      if (!permits(caller, "audit")) await assertPermission(ports, caller, "admin");
      const principal = isName(subject)
        ? await ports.store.principals.get(caller.principal.tenant, subject)
        : undefined;
      if (principal === undefined) throw new CountersignError("not_found", "There is no such principal");
      return principal;
    },

    async putPrincipal(caller, subject, request) {
      await assertPermission(ports, caller, "admin");
      if (!isName(subject)) throw new CountersignError("not_found", "No principal can have such a name");
      return ports.store.transaction((tx) => put(tx, caller, { subject, request }));
    },
  };
}

/** What an audit event tells of a principal that was made or changed. */
export function describePrincipal(principal: Principal): Readonly<Record<string, unknown>> {
  const { subject, kind, roles, groups, scopes } = principal;
  return { subject, kind, roles, groups, scopes };
}

async function put(
  tx: TransactionTables,
  caller: Caller,
  change: { readonly subject: string; readonly request: PutPrincipalRequest },
): Promise<Principal> {
  const { tenant } = caller.principal;
  const fresh: Principal = { tenant, subject: change.subject, kind: "user", roles: [], groups: [], scopes: [] };
  const isNew = await tx.principals.insert({ ...fresh, ...withoutAbsent(change.request) });
  const before = await tx.principals.lock(tenant, change.subject);
  if (before === undefined) throw new CountersignError("internal", "The principal was not written");
  const after: Principal = { ...before, ...withoutAbsent(change.request) };
  if (!isNew && isSame(before, after)) return before;
  if (!isNew) await tx.principals.update(after);
  await tx.audit.append(tenant, [
    {
      type: "principal.changed",
      principal: caller.principal.subject,
      data: { ...describePrincipal(after), created: isNew },
    },
  ]);
  return after;
}

/** Members that the request doesn't name stay as they are. */
function withoutAbsent(request: PutPrincipalRequest): Partial<Omit<Principal, "tenant" | "subject">> {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

function isSame(left: Principal, right: Principal): boolean {
  return JSON.stringify(describePrincipal(left)) === JSON.stringify(describePrincipal(right));
}

function isName(text: string): boolean {
  return Name.safeParse(text).success;
}
