import { createHmac } from "node:crypto";
import { canonicalJson } from "../canonical.ts";
import { listSigningKeys, type SigningKey } from "../signing-key.ts";

/** What a webhook's secret is made from, besides the signing key. */
export interface SecretSource {
  readonly tenant: string;
  /** The webhook's id. */
  readonly id: string;
  /** Random text; another one makes another secret. */
  readonly nonce: string;
}

/** Names the format within the text, so that a secret can never be taken for a MAC of another purpose. */
const FORMAT = "countersign/webhook/1";

/** What Standard Webhooks begins a symmetric secret with. */
const PREFIX = "whsec_";

/** The secret under the key that signs: `whsec_` and 32 bytes in Base64. Without the signing key nobody can tell it. */
export function deriveSecret(key: SigningKey, source: SecretSource): string {
  return secretUnder(listSigningKeys(key)[0], source);
}

/**
 * Every secret that a receiver may still verify with: of each source, newest first, under each key of the ring.
 * A signature for each of them lets keys and secrets change while receivers keep theirs.
 */
export function listSecrets(key: SigningKey, sources: readonly SecretSource[]): string[] {
  return sources.flatMap((source) => listSigningKeys(key).map((one) => secretUnder(one, source)));
}

/** The bytes that a secret stands for. */
export function bytesOfSecret(secret: string): Uint8Array {
  return Buffer.from(secret.slice(PREFIX.length), "base64");
}

function secretUnder(key: string, { tenant, id, nonce }: SecretSource): string {
  const text = canonicalJson({ format: FORMAT, tenant, id, nonce });
  return PREFIX + createHmac("sha256", key).update(text, "utf8").digest("base64");
}
