import { randomBytes } from "node:crypto";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { RecordedVerdict } from "../../src/contract/policy.ts";
import type { Principal } from "../../src/contract/principal.ts";
import { newInvocationId } from "../../src/core/ids.ts";
import type { Db } from "../../src/store/db.ts";
import { createInvocationTable } from "../../src/store/invocations.ts";

/** What a test says of an invocation on record. */
export interface Recorded {
  readonly tenant?: string;
  readonly action?: string;
  readonly input?: unknown;
  /** The actor's rights at the door, as they differ from those of an ordinary user. */
  readonly actor?: Partial<Principal>;
  readonly run?: string;
  readonly session?: string | { readonly id: string };
  /** `null` for an invocation that policy was never asked about. */
  readonly verdict?: Partial<RecordedVerdict> | null;
  /** RFC 3339; the moment of the insert unless given. */
  readonly createdAt?: string;
}

/** Puts an invocation on record as if it had been decided, and gives its id. */
export async function recordInvocation(db: Db, recorded: Recorded): Promise<InvocationId> {
  const { tenant = "default", action = "test.echo", input = {}, verdict = {}, run } = recorded;
  const actor: Principal = {
    tenant,
    subject: "ada",
    kind: "user",
    roles: [],
    groups: [],
    scopes: [],
    ...recorded.actor,
  };
  const table = createInvocationTable(db);
  const ref = { tenant, id: newInvocationId(randomBytes) };
  const session = recorded.session === undefined ? undefined : JSON.stringify(recorded.session);
  const absent = { via: undefined, reason: undefined, idempotencyKey: undefined };
  await table.accept({
    ...absent,
    ...{ ref, action, run, session, actionVersion: "v1", taskQueue: "tests", actor: actor.subject },
    actorPrincipal: JSON.stringify(actor),
    ...{ requestHash: "r", digest: "d", input: JSON.stringify(input), inputView: "{}", salt: "s" },
  });
  if (verdict !== null) await table.update(ref, { verdict: JSON.stringify(verdictOf(verdict)) });
  if (recorded.createdAt !== undefined) {
    const at = new Date(recorded.createdAt);
    await db.query("update invocation set created_at = $3 where tenant = $1 and id = $2", [tenant, ref.id, at]);
  }
  return ref.id;
}

function verdictOf(verdict: Partial<RecordedVerdict>): RecordedVerdict {
  const none = { matched: [], shadow: [], obligations: {}, defaulted: verdict.rule === undefined };
  return { effect: "allow", reason: "As recorded", policyVersion: "1-0", ...none, ...verdict };
}
