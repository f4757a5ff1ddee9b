import type { EditRequest } from "../../contract/approval.ts";

/** What a kept vote wants changed in the input; `undefined` for nothing, and for a row that no door can have written. */
export function readKeptEdit(edit: string | null): EditRequest | undefined {
  const read = edit === null ? undefined : readKept(edit);
  return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as EditRequest) : undefined;
}

/** The terms of the grant that a kept vote came with, not checked yet; `undefined` for none, and for text that is no JSON. */
export function readKeptGrant(grantTerms: string | null): unknown {
  return grantTerms === null ? undefined : readKept(grantTerms);
}

/** A row that was written by hand may hold any text. */
function readKept(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
