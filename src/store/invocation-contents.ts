import type { InvocationRef } from "../contract/ids.ts";
import type { KeptRequest } from "../core/approval/request-of.ts";
import { type Cipher, inputPlace, keptText, outputPlace } from "./cipher.ts";
import type { Sql } from "./db.ts";
import type { InvocationRow, LockedInvocation } from "./invocations.ts";

const REQUEST = `
  select i.action, i.actor, i.via, i.run, i.round, r.input
  from invocation i join input_revision r on r.tenant = i.tenant and r.invocation = i.id and r.round = i.round
  where i.tenant = $1 and i.id = $2`;

/** Reads of what calls were made with and what came of them, as it really is: for deciding and acting, never for a view. */
export function createContents(sql: Sql, cipher: Cipher) {
  return {
    /** The call as it stands, with the real input of its current round. @throws unavailable when its key is missing */
    async readRequest(ref: InvocationRef): Promise<KeptRequest | undefined> {
      const [row] = await sql.query<KeptRequest & { readonly round: number }>(REQUEST, [ref.tenant, ref.id]);
      if (row === undefined) return undefined;
      const { round, ...request } = row;
      return { ...request, input: cipher.open(request.input, inputPlace(ref, round)) };
    },

    /** The real output of a row, canonical JSON; `null` where there is none. @throws unavailable when its key is missing */
    openOutput(row: Pick<InvocationRow, "tenant" | "id" | "output">): string | null {
      return row.output === null ? null : cipher.open(keptText(row.output), outputPlace(row));
    },
  };
}

/** A row as `lock` reads it, with its inputs opened. @throws unavailable when their key is missing */
export function openLocked<Row extends LockedInvocation>(row: Row, cipher: Cipher): Row {
  const input = cipher.open(row.input, inputPlace(row, row.round));
  // Where policy changed nothing the statement gives the same value twice; two that were sealed apart never look alike.
  const judged = row.judged === row.input ? input : cipher.open(row.judged, inputPlace(row, row.round, "judged"));
  return { ...row, input, judged };
}
