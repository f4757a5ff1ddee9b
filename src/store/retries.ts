import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus } from "../contract/invocation.ts";
import { type Cipher, inputPlace } from "./cipher.ts";
import type { Sql } from "./db.ts";
import type { InvocationRow } from "./invocations.ts";

/** A call or one of its retries. */
export interface TriedCall {
  readonly id: InvocationId;
  readonly status: InvocationStatus;
}

/** What two calls share of which only one may take effect: who asked for what, under which key. */
export type RequestedCall = Pick<InvocationRow, "actor" | "action" | "idempotency_key" | "request_hash">;

/** A call that is to answer for a key. */
export interface KeyTaking {
  readonly ref: InvocationRef;
  readonly actor: string;
  readonly action: string;
  readonly idempotencyKey: string;
  /** Calls from which it takes the key over; a key that answers with any other call stays there. */
  readonly heldBy: readonly InvocationId[];
}

/** What a call stands in for. */
export interface Succession {
  /** The failed call that it is a retry of. */
  readonly retryOf?: InvocationId | undefined;
  /** The executed call that it undoes. */
  readonly compensates?: string | undefined;
  readonly idempotencyKey: string | undefined;
}

const ROOT = `
  with recursive up as (
    select id, retry_of from invocation where tenant = $1 and id = $2
    union all select i.id, i.retry_of from up join invocation i on i.tenant = $1 and i.id = up.retry_of)
  select id from up where retry_of is null`;

const FAMILY = `
  with recursive tried as (
    select id, status, created_at from invocation where tenant = $1 and id = $2
    union select id, status, created_at from invocation
      where tenant = $1 and actor = $3 and action = $4 and idempotency_key = $5 and request_hash = $6
    union select i.id, i.status, i.created_at from tried join invocation i on i.tenant = $1 and i.retry_of = tried.id)
  select id, status from tried order by created_at, id`;

/** The key is free where a refusal has freed it. Of two who take it at once the second waits here, and finds the first one's call. */
const TAKE_KEY = `
  insert into idempotency_key (tenant, actor, action, key, invocation) values ($1, $2, $3, $4, $5)
  on conflict (tenant, actor, action, key) do update set invocation = excluded.invocation
  where idempotency_key.invocation = any ($6::text[])
  returning invocation`;

/** Queries about calls that stand in for others. */
export function createRetryTable(sql: Sql, cipher: Cipher) {
  return {
    /** The call that all of these are retries of, one after the other; itself, if it is none. */
    async findFirst(ref: InvocationRef): Promise<InvocationRef> {
      const [row] = await sql.query<{ id: InvocationId }>(ROOT, [ref.tenant, ref.id]);
      return row === undefined ? ref : { tenant: ref.tenant, id: row.id };
    },

    /**
     * A first call, all that were made with the same key for the same, and all retries of any of them, oldest first. Retries of the first
     * one wait while it is locked; others with the key are seen when it is taken.
     */
    listTries({ tenant, id }: InvocationRef, call: RequestedCall): Promise<TriedCall[]> {
      const { actor, action, idempotency_key: key, request_hash: hash } = call;
      return sql.query<TriedCall>(FAMILY, [tenant, id, actor, action, key, hash]);
    },

    /** The real input as it was sent, canonical JSON: what a retry sends again. @throws unavailable when its key is missing */
    async readSent(ref: InvocationRef): Promise<string | undefined> {
      const [row] = await sql.query<{ input: string | null }>(
        "select input from input_revision where tenant = $1 and invocation = $2 and round = 1",
        [ref.tenant, ref.id],
      );
      return row === undefined || row.input === null ? undefined : cipher.open(row.input, inputPlace(ref, 1));
    },

    /** Has a key answer with a call that is accepted in this transaction. False where it answers with a call that isn't named: it stays there. */
    async takeKey({ ref, actor, action, idempotencyKey, heldBy }: KeyTaking): Promise<boolean> {
      const { tenant, id } = ref;
      return (await sql.query(TAKE_KEY, [tenant, actor, action, idempotencyKey, id, [...heldBy]])).length === 1;
    },

    /** Writes what a call stands in for that was accepted in this transaction, and which key it has taken. */
    async succeed({ tenant, id }: InvocationRef, { retryOf, compensates, idempotencyKey }: Succession): Promise<void> {
      await sql.query(
        "update invocation set retry_of = $3, compensates = $4, idempotency_key = $5 where tenant = $1 and id = $2",
        [tenant, id, retryOf ?? null, compensates ?? null, idempotencyKey ?? null],
      );
    },
  };
}
