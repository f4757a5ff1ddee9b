import type { Action } from "../src/action/action.ts";
import { MAX_OUTPUT_BYTES } from "../src/contract/limits.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { findJsonFault } from "../src/core/json-guard.ts";
import type { SecretMask } from "../src/core/redaction/secret-mask.ts";
import type { ActivityPorts } from "./ports.ts";

/** An output that can be kept: canonical JSON of what the output schema made of it, and of its redacted copy. */
export interface KeptOutput {
  readonly real: string;
  readonly view: string;
}

/** What is kept of a call of which only a probe says that it was executed. */
export const NO_OUTPUT: KeptOutput = { real: canonicalJson(null), view: canonicalJson(null) };

/** What an action's function returned, and what reads it. */
export interface ReturnedOutput {
  readonly action: Action;
  readonly returned: unknown;
  /** Knows the credentials that the function was given. */
  readonly mask: SecretMask;
}

/** Reads what an action returned; or why it can't be kept. */
export async function readOutput(
  { redact }: ActivityPorts,
  { action, returned, mask }: ReturnedOutput,
): Promise<KeptOutput | { readonly fault: string }> {
  const parsed =
    action.output === undefined
      ? { success: true as const, data: returned }
      : await action.output.safeParseAsync(returned);
  if (!parsed.success) return { fault: "The action's output doesn't fit its schema" };
  let output: unknown;
  try {
    output = JSON.parse(JSON.stringify(parsed.data ?? null)) as unknown;
  } catch {
    return { fault: "The action's output is not JSON" };
  }
  if (findJsonFault(output) !== undefined) return { fault: "The action's output is not well-formed JSON" };
  const real = canonicalJson(output);
  if (Buffer.byteLength(real) > MAX_OUTPUT_BYTES) {
    return { fault: `The action's output is larger than ${MAX_OUTPUT_BYTES} bytes` };
  }
  return { real, view: canonicalJson(redact(mask.maskValue(output), action.secretFields)) };
}
