import { canonicalJson } from "./canonical.ts";
import { isSignedText, type SigningKey, signText } from "./signing-key.ts";

/** A person's wish that an action's probe settle an uncertain outcome, as the record will name it. */
export interface MacProbeRequest {
  readonly tenant: string;
  readonly invocation: string;
  /** Subject who asked. */
  readonly by: string;
  /** Why, in that person's words, redacted. */
  readonly note: string;
}

/** Names the format within the text, so that a MAC of another format or purpose can never be taken for one of these. */
const FORMAT = "countersign/probe/1";

/** HMAC-SHA-256 of the request under the key that signs, as 64 lower-case hex characters: who can only start workflows can't ask in somebody's name. */
export function computeProbeMac(key: SigningKey, request: MacProbeRequest): string {
  return signText(key, probeMacInput(request));
}

/** Whether a door made the request. Any malformed MAC is simply a wrong one. */
export function isAuthenticProbe(key: SigningKey, request: MacProbeRequest & { readonly mac: string }): boolean {
  return isSignedText(key, probeMacInput(request), request.mac);
}

function probeMacInput({ tenant, invocation, by, note }: MacProbeRequest): string {
  return canonicalJson({ format: FORMAT, tenant, invocation, by, note });
}
