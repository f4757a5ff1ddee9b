import type { GrantScope } from "../contract/grants.ts";
import { canonicalJson } from "./canonical.ts";
import { isSignedText, type SigningKey, signText } from "./signing-key.ts";

/** Every column of a grant that says what it is good for and never changes; one that is changed by hand no longer fits the MAC. */
export interface MacGrant {
  readonly id: string;
  readonly tenant: string;
  /** The vote that it came with. */
  readonly vote: string;
  /** The approved call. */
  readonly invocation: string;
  /** Round and stage that the vote approved. */
  readonly round: number;
  readonly stage: number;
  /** Subject of the voter. */
  readonly issuer: string;
  readonly action: string;
  readonly action_version: string;
  readonly policy_version: string;
  readonly actor: string;
  /** The run of the approved call. */
  readonly run: string | null;
  readonly scope: GrantScope;
  /** Canonical JSON of `GrantBounds`. */
  readonly bounds: string;
  readonly uses: number;
  /** Epoch milliseconds. */
  readonly issued_at: number;
  /** The first instant at which it covers nothing any more. */
  readonly expires_at: number;
}

/** Names the format within the text, so that a MAC of another format or purpose can never be taken for one of these. */
const FORMAT = "countersign/grant/1";

/** HMAC-SHA-256 of the grant under the signing key that only doors and workers hold, as 64 lower-case hex characters. */
export function computeGrantMac(key: SigningKey, grant: MacGrant): string {
  return signText(key, grantMacInput(grant));
}

/** Whether a worker issued the grant as it stands. How often it was used, and whether it was revoked, is not covered. */
export function isAuthenticGrant(key: SigningKey, { mac, ...grant }: MacGrant & { readonly mac: string }): boolean {
  return isSignedText(key, grantMacInput(grant), mac);
}

function grantMacInput(grant: MacGrant): string {
  const { id, tenant, vote, invocation, round, stage, issuer, action, actor, run, scope, bounds, uses } = grant;
  return canonicalJson({
    format: FORMAT,
    ...{ id, tenant, vote, invocation, round, stage, issuer, action, actor, run, scope, bounds, uses },
    ...{ action_version: grant.action_version, policy_version: grant.policy_version },
    ...{ issued_at: grant.issued_at, expires_at: grant.expires_at },
  });
}
