import { type Cipher, editPlace } from "./cipher.ts";
import type { VoteRow } from "./votes.ts";

/** The edit of a vote as its column keeps it. */
export function sealEdit(vote: Pick<VoteRow, "tenant" | "invocation" | "id" | "edit">, cipher: Cipher): string | null {
  return vote.edit === null ? null : cipher.seal(vote.edit, editPlace(vote));
}

/** A vote as it was made, from its row. @throws unavailable when the key of its edit is missing */
export function openEdit(row: VoteRow, cipher: Cipher): VoteRow {
  return row.edit === null ? row : { ...row, edit: cipher.open(row.edit, editPlace(row)) };
}

/** As {@link openEdit}, for many. */
export function openEdits(rows: readonly VoteRow[], cipher: Cipher): VoteRow[] {
  return rows.map((row) => openEdit(row, cipher));
}
