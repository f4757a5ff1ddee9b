import type { InvocationId } from "../contract/ids.ts";
import { type Cipher, inputPlace } from "./cipher.ts";
import type { Sql } from "./db.ts";

/** What policy was asked about once, and what it answered. Documents are JSON text, times epoch milliseconds. */
export interface DecidedInvocation {
  readonly id: InvocationId;
  readonly action: string;
  readonly actor: string;
  /** The actor's rights as they were at the door. */
  readonly actor_principal: string;
  readonly run: string | null;
  /** JSON text, as the call named it. */
  readonly session: string | null;
  /** The verdict that was recorded. */
  readonly verdict: string;
  /** Real input as it was sent, before any change: never for a view. */
  readonly input: string;
  readonly created_at: number;
}

/** Which of a tenant's decided invocations are read. */
export interface DecidedScope {
  readonly tenant: string;
  readonly action?: string | undefined;
  /** Only those made after this RFC 3339 time. */
  readonly after?: string | undefined;
  /** Only those made before this RFC 3339 time. */
  readonly before?: string | undefined;
}

/** Keyset paging: the page begins behind the row that it continues. */
const PAGE = `
  select i.id, i.action, i.actor, i.actor_principal, i.run, i.session, i.verdict, i.created_at, r.input
  from invocation i join input_revision r on r.tenant = i.tenant and r.invocation = i.id and r.round = 1
  where i.tenant = $1 and i.verdict is not null and i.erased_at is null and ($2::text is null or i.action = $2)
    and ($3::timestamptz is null or i.created_at > $3) and ($4::timestamptz is null or i.created_at < $4)
    and ($5::timestamptz is null or (i.created_at, i.id) < ($5, $6))
  order by i.created_at desc, i.id desc limit $7`;

/** Queries about invocations whose verdict was recorded. */
export function createDecidedReads(sql: Sql, cipher: Cipher) {
  return {
    /** Newest first, read a page at a time, so that a long read holds neither memory nor connection. */
    async *readDecided(scope: DecidedScope, pageRows: number): AsyncGenerator<DecidedInvocation> {
      const filter = [scope.tenant, scope.action ?? null, toDate(scope.after), toDate(scope.before)];
      let last: DecidedInvocation | undefined;
      do {
        const at = last === undefined ? null : new Date(last.created_at);
        const rows: DecidedInvocation[] = await sql.query(PAGE, [...filter, at, last?.id ?? null, pageRows]);
        for (const row of rows) {
          const place = inputPlace({ tenant: scope.tenant, id: row.id }, 1);
          yield { ...row, input: cipher.open(row.input, place) };
        }
        last = rows.length < pageRows ? undefined : rows.at(-1);
      } while (last !== undefined);
    },
  };
}

function toDate(time: string | undefined): Date | null {
  return time === undefined ? null : new Date(time);
}
