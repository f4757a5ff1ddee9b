import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { ApprovalRow } from "./approvals.ts";
import { type Cipher, inputPlace, openReadable } from "./cipher.ts";
import type { Sql } from "./db.ts";

/** The request before, beside the one that it is compared with. Inputs are canonical JSON; times epoch milliseconds. */
export interface PreviousApproval {
  readonly invocation: InvocationId;
  readonly status: ApprovalRow["status"];
  readonly opened_at: number;
  readonly resolved_at: number | null;
  /** Canonical JSON of its `Resolution`. */
  readonly resolution: string | null;
  /** Real input of the request before: never for a view. */
  readonly input: string;
  /** Redacted input of the request before. */
  readonly input_view: string;
  /** Real input of the request that is looked at: never for a view. */
  readonly current_input: string;
  /** Redacted input of the request that is looked at. */
  readonly current_input_view: string;
}

/** A revision of an input, without the input. */
export interface RevisionRow {
  readonly round: number;
  /** Who or what made it: a subject, or `policy` and its version. */
  readonly author: string;
  readonly created_at: number;
  readonly digest: string;
  /** What it changed of the one before, field by field and redacted, as JSON; `null` where nobody found out. */
  readonly difference: string | null;
}

/** A superseded round is no request of its own: the round that took its place is. */
const PREVIOUS = `
  select p.invocation, p.status, p.opened_at, p.resolved_at, p.resolution, p.round, pr.input, pi.input_view,
    i.round as current_round, r.input as current_input, i.input_view as current_input_view
  from (select * from approval where tenant = $1 and invocation = $2 order by round desc limit 1) a
  join invocation i on i.tenant = a.tenant and i.id = a.invocation
  join input_revision r on r.tenant = i.tenant and r.invocation = i.id and r.round = i.round
  join lateral (
    select * from approval e
    where e.tenant = a.tenant and e.action = a.action and e.actor = a.actor and e.invocation <> a.invocation
      and e.status <> 'superseded' and e.opened_at <= a.opened_at and (e.opened_at, e.invocation) < (a.opened_at, a.invocation)
    order by e.opened_at desc, e.invocation desc limit 1
  ) p on true
  join invocation pi on pi.tenant = p.tenant and pi.id = p.invocation and pi.erased_at is null
  join input_revision pr on pr.tenant = p.tenant and pr.invocation = p.invocation and pr.round = p.round`;

/** A row as the statement gives it. */
type PreviousRow = PreviousApproval & { readonly round: number; readonly current_round: number };

function openPrevious(row: PreviousRow, ref: InvocationRef, cipher: Cipher): PreviousApproval {
  const { round, current_round: currentRound, ...previous } = row;
  return {
    ...previous,
    input: cipher.open(row.input, inputPlace({ tenant: ref.tenant, id: row.invocation }, round)),
    current_input: cipher.open(row.current_input, inputPlace(ref, currentRound)),
  };
}

/** Queries about what came before: earlier rounds of a call, and the call's predecessor. */
export function createApprovalRounds(sql: Sql, cipher: Cipher) {
  return {
    /** The newest approval of the same tenant, action and actor that was opened before this one, however it stands. */
    async previous(ref: InvocationRef): Promise<PreviousApproval | undefined> {
      const [row] = await sql.query<PreviousRow>(PREVIOUS, [ref.tenant, ref.id]);
      return row && openPrevious(row, ref, cipher);
    },

    /** The real inputs that rounds ask about, canonical JSON by invocation, without those that no key opens: to judge by, never for a view. */
    async inputsOf(
      tenant: string,
      rounds: readonly Pick<ApprovalRow, "invocation" | "round">[],
    ): Promise<ReadonlyMap<InvocationId, string>> {
      if (rounds.length === 0) return new Map();
      const rows = await sql.query<{
        readonly invocation: InvocationId;
        readonly round: number;
        readonly input: string;
      }>(
        `select r.invocation, r.round, r.input from unnest($2::text[], $3::text[]::int[]) as a(invocation, round)
         join input_revision r on r.tenant = $1 and r.invocation = a.invocation and r.round = a.round`,
        [tenant, rounds.map(({ invocation }) => invocation), rounds.map(({ round }) => String(round))],
      );
      return new Map(
        rows.flatMap(({ invocation, round, input }) => {
          const text = openReadable(cipher, input, inputPlace({ tenant, id: invocation }, round));
          return text === undefined ? [] : [[invocation, text]];
        }),
      );
    },

    /** Every round of the input, the first included, oldest first. */
    revisions(ref: InvocationRef): Promise<RevisionRow[]> {
      return sql.query<RevisionRow>(
        `select round, author, created_at, digest, difference from input_revision where tenant = $1 and invocation = $2 order by round`,
        [ref.tenant, ref.id],
      );
    },
  };
}
