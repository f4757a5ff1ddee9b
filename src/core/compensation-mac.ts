import type { RunCompensation } from "../contract/compensation.ts";
import { canonicalJson } from "./canonical.ts";
import { isSignedText, type SigningKey, signText } from "./signing-key.ts";

/** A request that a run be undone, before a door has signed it. */
export type MacCompensation = Omit<RunCompensation, "mac">;

/** Names the format within the text, so that a MAC of another format or purpose can never be taken for one of these. */
const FORMAT = "countersign/compensation/1";

/** HMAC-SHA-256 of the request under the key that signs, as 64 lower-case hex characters: who can only start workflows can't undo in somebody's name. */
export function computeCompensationMac(key: SigningKey, request: MacCompensation): string {
  return signText(key, macInput(request));
}

/** Whether a door made the request. Any malformed MAC is simply a wrong one. */
export function isAuthenticCompensation(key: SigningKey, request: RunCompensation): boolean {
  return isSignedText(key, macInput(request), request.mac);
}

function macInput({ tenant, actor, run, by, reason, askedSeq, traceParent }: MacCompensation): string {
  const said = { reason: reason ?? null, traceParent: traceParent ?? null };
  return canonicalJson({ format: FORMAT, tenant, actor, run, by, askedSeq, ...said });
}
