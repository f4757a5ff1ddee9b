import { randomBytes } from "node:crypto";
import { MAX_INPUT_BYTES } from "../src/contract/limits.ts";
import type { RecordedVerdict, SanitizedPlaces, SanitizeTerms } from "../src/contract/policy.ts";
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
  const fault = findJsonFault(sanitized.input);
  if (fault !== undefined) return { fault: { message: `The input${placeOf(fault)} ${fault.message}` } };
  const text = canonicalJson(sanitized.input);
  return Buffer.byteLength(text) > MAX_INPUT_BYTES
    ? { fault: { message: `The input is larger than ${MAX_INPUT_BYTES} bytes` } }
    : { input: text, changed: sanitized.changed };
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

/**
 * Writes the changed input as the next round, with a salt and a digest of its own: from here on it is what is approved, shown and run.
 * What was sent stays as the first round.
 */
export async function reviseInput(
  { redact }: Pick<ActivityPorts, "redact">,
  { tx, row, action }: Revising,
  { input, policyVersion }: { readonly input: string } & Pick<RecordedVerdict, "policyVersion">,
): Promise<LockedInvocation> {
  const { id: invocation, tenant, actor, action_version: actionVersion } = row;
  const round = row.round + 1;
  const salt = randomBytes(16).toString("hex");
  const parsed = JSON.parse(input) as unknown;
  const parts = { invocation, tenant, actor, action: row.action, actionVersion };
  const revision = {
    ...{ round, salt, input },
    input_view: canonicalJson(redact(parsed, action.secretFields)),
    digest: inputDigest({ ...parts, round, salt, input: parsed }),
  };
  await tx.invocations.revise({ tenant, id: invocation }, { ...revision, author: `policy ${policyVersion}` });
  return { ...row, ...revision };
}
