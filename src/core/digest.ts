import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical.ts";

/** What an approver approves, and nothing besides: change any member and the digest changes. */
export interface DigestParts {
  /** The invocation's id. */
  readonly invocation: string;
  /** The tenant that the invocation belongs to. */
  readonly tenant: string;
  /** Subject on whose behalf the action runs. */
  readonly actor: string;
  /** The action's name. */
  readonly action: string;
  /** Version of the manifest that the call was decided for. */
  readonly actionVersion: string;
  /** 1 for the input as it was sent, one more for each revision of it. */
  readonly round: number;
  /** Random text of this revision; it keeps redacted values from being guessed by their digest. */
  readonly salt: string;
  /** The input of this round, as JSON. */
  readonly input: unknown;
}

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex characters. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Tells a retry with the same idempotency key (same hash) from a clash (another one). Not salted: never show it. */
export function requestHash(action: string, input: unknown): string {
  return sha256Hex(canonicalJson({ action, input }));
}

/** The digest of one round of an invocation; members that are not named in {@link DigestParts} don't count. */
export function inputDigest(parts: DigestParts): string {
  const { invocation, tenant, actor, action, actionVersion, round, salt, input } = parts;
  return sha256Hex(canonicalJson({ invocation, tenant, actor, action, actionVersion, round, salt, input }));
}
