import { randomBytes } from "node:crypto";
import type { InputChange } from "../src/contract/approval.ts";
import { MAX_INPUT_BYTES } from "../src/contract/limits.ts";
import type { SanitizedPlaces, SanitizeTerms } from "../src/contract/policy.ts";
import type { Action } from "../src/action/action.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { inputDigest } from "../src/core/digest.ts";
import { findJsonFault, type JsonFault } from "../src/core/json-guard.ts";
import { sanitizeInput } from "../src/core/policy/sanitize.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import type { ActivityPorts } from "./ports.ts";

/** An input as policy wants it, not checked by the action's schema yet; or why there is none, without any value. */
export type ChangedInput =
  { readonly input: string; readonly changed: SanitizedPlaces } | { readonly fault: { readonly message: string } };

/** Changes a frozen input as a verdict's terms say, within what any input must keep. */
export function changeInput(input: string, terms: SanitizeTerms): ChangedInput {
  const sanitized = sanitizeInput(JSON.parse(input), terms);
  if ("fault" in sanitized) return { fault: { message: sanitized.fault } };
  const frozen = freezeInput(sanitized.input);
  return "fault" in frozen ? frozen : { input: frozen.input, changed: sanitized.changed };
}

/** A changed input as canonical JSON, within what any input must keep. */
export function freezeInput(
  input: unknown,
): { readonly input: string } | { readonly fault: { readonly message: string } } {
  const fault = findJsonFault(input);
  if (fault !== undefined) return { fault: { message: `The input${placeOf(fault)} ${fault.message}` } };
  const text = canonicalJson(input);
  return Buffer.byteLength(text) > MAX_INPUT_BYTES
    ? { fault: { message: `The input is larger than ${MAX_INPUT_BYTES} bytes` } }
    : { input: text };
}

function placeOf({ pointer }: JsonFault): string {
  return pointer === "" ? "" : ` at ${pointer}`;
}

/** What a revision is made from. */
interface Revising {
  readonly tx: TransactionTables;
  readonly row: LockedInvocation;
  readonly action: Action;
}

/** What a revision is. */
export interface Revision {
  /** Canonical JSON. */
  readonly input: string;
  /** The same before policy changed it. */
  readonly judged: string;
  /** Who or what made it of the input before. */
  readonly author: string;
  /** What it changed, as people may see it, from its own redacted form. */
  readonly difference: (view: unknown) => readonly InputChange[];
  /** The version of the action that it is for; the same as before unless given. */
  readonly actionVersion?: string;
}

/**
 * Writes an input as the next round, with a salt and a digest of its own, and what it changes: from here on it is what is approved,
 * shown and run. What was sent stays as the first round.
 * @returns the row as it now is, and what was changed, as people may see it
 */
export async function reviseInput(
  { redact }: Pick<ActivityPorts, "redact">,
  { tx, row, action }: Revising,
  { input, judged, author, difference, actionVersion = row.action_version }: Revision,
): Promise<{ readonly row: LockedInvocation; readonly changes: readonly InputChange[] }> {
  const { id: invocation, tenant, actor } = row;
  const round = row.round + 1;
  const salt = randomBytes(16).toString("hex");
  const parsed = JSON.parse(input) as unknown;
  const view = redact(parsed, action.secretFields);
  const parts = { invocation, tenant, actor, action: row.action, actionVersion };
  const revision = {
    ...{ round, salt, input, judged },
    input_view: canonicalJson(view),
    digest: inputDigest({ ...parts, round, salt, input: parsed }),
    action_version: actionVersion,
  };
  // A key of an input may be anything, a secret too.
  const changes = difference(view).map((each) => ({ ...each, pointer: String(redact(each.pointer)) }));
  const written = { ...revision, author, difference: canonicalJson(changes) };
  await tx.invocations.revise({ tenant, id: invocation }, written);
  return { row: { ...row, ...revision }, changes };
}
