import type { SessionQuery, SessionView } from "../contract/sessions.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { findJsonFault } from "../core/json-guard.ts";
import type { SessionRef, SessionRow } from "../store/facts.ts";
import type { TransactionTables } from "../store/store.ts";
import { findActor } from "./find-actor.ts";
import type { Caller, Gateway } from "./gateway.ts";
import { assertPermission, permits } from "./permissions.ts";
import type { GatewayPorts } from "./ports.ts";
import { notFound } from "./read-invocations.ts";
import { toWireTime } from "./views.ts";

/** The methods about sessions. */
export function createSessionMethods(ports: GatewayPorts): Pick<Gateway, "getSession" | "closeSession"> {
  return {
    async getSession(caller, id, owner = {}) {
      await assertPermission(ports, caller, "read");
      if (isOthers(caller, owner.actor) && !permits(caller, "audit")) throw notFound();
      const ref = await findSession(ports, caller, { ...owner, id });
      const rows = await ports.store.facts.getSession(ref);
      if (rows.length === 0) throw notFound();
      return rows.map((row) => viewSession(ref, row));
    },

    async closeSession(caller, id, { scope, ...owner } = {}) {
      await assertPermission(ports, caller, "invoke");
      if (isOthers(caller, owner.actor)) await assertPermission(ports, caller, "admin");
      const ref = await findSession(ports, caller, { ...owner, id });
      if (findJsonFault(scope ?? "") !== undefined) throw notFound();
      const rows = await ports.store.transaction((tx) => close(tx, { caller, ref, scope }));
      if (rows.length === 0) throw notFound();
      return rows.map((row) => viewSession(ref, row));
    },
  };
}

function isOthers(caller: Caller, actor: string | undefined): boolean {
  return actor !== undefined && actor !== caller.principal.subject;
}

/** @throws not_found for texts that no session can have, invalid_request for two owners */
async function findSession(
  ports: GatewayPorts,
  caller: Caller,
  { id, actor, onBehalfOf }: SessionQuery & { readonly id: string },
): Promise<SessionRef> {
  const { tenant } = caller.principal;
  if (findJsonFault([id, actor ?? ""]) !== undefined) throw notFound();
  if (actor !== undefined && onBehalfOf !== undefined) {
    throw new CountersignError("invalid_request", "A session is named by actor or onBehalfOf, not by both");
  }
  return { tenant, actor: actor ?? (await findActor(ports, caller, onBehalfOf)).subject, id };
}

interface Closing {
  readonly caller: Caller;
  readonly ref: SessionRef;
  readonly scope: string | undefined;
}

/** Closes what is still open and records it; gives what was asked for as it stands then. */
async function close(tx: TransactionTables, { caller, ref, scope }: Closing): Promise<readonly SessionRow[]> {
  const closed = await tx.facts.closeSession(ref, scope);
  const rows = await tx.facts.getSession(ref);
  await tx.audit.append(
    ref.tenant,
    closed.map((name) => ({
      type: "guard.reset",
      principal: caller.principal.subject,
      actor: ref.actor,
      data: { guard: "facts", session: ref.id, scope: name, closed: true },
    })),
  );
  return rows.filter((row) => scope === undefined || row.scope === scope);
}

function viewSession({ id, actor }: SessionRef, row: SessionRow): SessionView {
  return {
    ...{ id, scope: row.scope, actor, facts: row.facts },
    expiresAt: toWireTime(row.expires_at),
    ...(row.closed_at === null ? {} : { closedAt: toWireTime(row.closed_at) }),
  };
}
