import type { InvocationRef, VoteId } from "../contract/ids.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Cipher } from "./cipher.ts";
import type { Sql } from "./db.ts";
import { openEdits } from "./vote-edits.ts";
import type { VoteRow } from "./votes.ts";

/** How a vote was judged, as its voter hears of it. */
export interface JudgedVote {
  readonly id: VoteId;
  readonly state: "counted" | "replaced" | "refused";
  /** Why, for a refused one. */
  readonly code: ErrorCode | null;
}

/** Queries of the door for single votes: none of them reads the other votes of an approval. */
export function createVoteLookups(sql: Sql, cipher: Cipher) {
  return {
    /** Those of these votes that are judged by now, by id. */
    async listJudged(tenant: string, ids: readonly VoteId[]): Promise<ReadonlyMap<VoteId, JudgedVote>> {
      const rows = await sql.query<JudgedVote>(
        `select id, state, code from vote where tenant = $1 and id = any($2::text[]) and state <> 'received'`,
        [tenant, ids],
      );
      return new Map(rows.map((row) => [row.id, row]));
    },

    /** What a voter handed in with this idempotency key, in any round and however it ended; oldest first. */
    async listOfKey(ref: InvocationRef, voter: string, key: string): Promise<VoteRow[]> {
      const rows = await sql.query<VoteRow>(
        `select * from vote where tenant = $1 and invocation = $2 and voter = $3 and idempotency_key = $4 order by made_at, id`,
        [ref.tenant, ref.id, voter, key],
      );
      return openEdits(rows, cipher);
    },
  };
}
