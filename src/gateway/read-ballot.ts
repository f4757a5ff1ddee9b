import type { Decision, EditRequest } from "../contract/approval.ts";
import type { InvocationRef } from "../contract/ids.ts";
import { MAX_INPUT_DEPTH } from "../contract/limits.ts";
import { checkEditPointers } from "../core/approval/apply-edit.ts";
import { canonicalJson } from "../core/canonical.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { assertIdempotencyKey } from "./assert-idempotency-key.ts";
import type { Ballot } from "./gateway.ts";
import { toGrantTerms } from "./grant-terms.ts";
import type { Redact } from "./ports.ts";

/** A vote as its row will keep it, checked as far as nothing has to be looked up. */
export interface ReadBallot {
  readonly ref: InvocationRef;
  readonly decision: Decision;
  /** Redacted. */
  readonly reason: string | null;
  /** The digest that the voter saw; absent when the voter named none. */
  readonly digest: string | undefined;
  readonly idempotencyKey: string | null;
  /** What the voter wants changed, canonical JSON of an {@link EditRequest}. */
  readonly edit: string | null;
  /** The terms of the grant that goes with the vote, canonical JSON of `GrantTerms`. */
  readonly grantTerms: string | null;
}

/**
 * Reads a vote.
 * @throws invalid_idempotency_key; invalid_input for text that is no well-formed Unicode; invalid_request for a rejection that edits or
 * grants, for both in one vote, and for places or terms that can't be meant
 */
export function readBallot({ redact }: { readonly redact: Redact }, ref: InvocationRef, ballot: Ballot): ReadBallot {
  const { decision, reason, digest, edit, grant, idempotencyKey } = ballot;
  assertIdempotencyKey(idempotencyKey);
  assertWellFormed(ballot);
  if (decision === "reject" && (edit !== undefined || grant !== undefined))
    throw invalid("An edit or a grant goes with an approval, not with a rejection");
  if (edit !== undefined && grant !== undefined) throw invalid("A vote either edits or grants, not both");
  return {
    ...{ ref, decision, digest },
    reason: reason === undefined ? null : String(redact(reason)),
    idempotencyKey: idempotencyKey ?? null,
    edit: edit === undefined ? null : readEdit(edit, redact),
    grantTerms: grant === undefined ? null : canonicalJson(toGrantTerms(grant)),
  };
}

/** Says where the fault is, and repeats no value. */
function assertWellFormed({ reason, edit, grant }: Ballot): void {
  const parts = { reason: reason ?? "", edit: edit ?? {}, grant: grant ?? {} };
  // Two containers hold the values that may be as deep as an input.
  const fault = findJsonFault(parts, { maxDepth: MAX_INPUT_DEPTH + 2 });
  if (fault === undefined) return;
  const errors = [{ pointer: fault.pointer, message: fault.message }];
  throw new CountersignError("invalid_input", `The vote at ${fault.pointer} ${fault.message}`, { details: { errors } });
}

function readEdit(edit: EditRequest, redact: Redact): string {
  const fault = checkEditPointers(edit);
  if (fault !== undefined) throw invalid(String(redact(fault)));
  return canonicalJson(edit);
}

function invalid(message: string): CountersignError {
  return new CountersignError("invalid_request", message);
}
