import { createCipheriv, createDecipheriv } from "node:crypto";
import { canonicalJson } from "./canonical.ts";
import type { EncryptionKey } from "./key-ring.ts";

/** Which value of which row something is. A sealed value opens in its own place only: one that was copied elsewhere does not. */
export interface Place {
  readonly table: string;
  readonly tenant: string;
  readonly invocation: string;
  /** What tells the rows of an invocation apart: a round, or a vote's id; empty where there is one row only. */
  readonly row: string;
  readonly column: string;
}

/** A sealed text with the id of the key that it was sealed with. */
export interface SealedParts {
  readonly keyId: string;
  /** Nonce, ciphertext and tag, one after the other. */
  readonly bytes: Uint8Array;
}

/** Begins every sealed text. No JSON text begins so, and none else stands where sealed ones do. */
export const SEALED_PREFIX = "enc1.";

/** AES-256 in Galois/Counter Mode, with nonces of 96 bits and tags of 128 (NIST SP 800-38D). */
const ALGORITHM = "aes-256-gcm";
const TAG_BYTES = 16;

/** How many bytes a nonce has. Random ones of this size are safe for four billion values under one key (NIST SP 800-38D, 8.3). */
export const NONCE_BYTES = 12;

/** Seals a text for its place as `enc1.<key id>.<nonce, ciphertext and tag in Base64url>`. A nonce must never come twice under one key. */
export function sealText(
  text: string,
  place: Place,
  { key, nonce }: { key: EncryptionKey; nonce: Uint8Array },
): string {
  const cipher = createCipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(place, key.id));
  const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${sealedPrefix(key.id)}${sealed.toString("base64url")}`;
}

/** How every text begins that was sealed with the key of this id. */
export function sealedPrefix(keyId: string): string {
  return `${SEALED_PREFIX}${keyId}.`;
}

/** The parts of a sealed text; `undefined` for a text that is not sealed. */
export function parseSealed(text: string): SealedParts | undefined {
  if (!text.startsWith(SEALED_PREFIX)) return undefined;
  const idAt = SEALED_PREFIX.length;
  const endAt = text.indexOf(".", idAt);
  if (endAt === -1) return { keyId: text.slice(idAt), bytes: new Uint8Array() };
  return { keyId: text.slice(idAt, endAt), bytes: Buffer.from(text.slice(endAt + 1), "base64url") };
}

/** The text that was sealed for this place; `undefined` when key or place are others, or the value was changed. */
export function openText({ bytes }: SealedParts, place: Place, key: EncryptionKey): string | undefined {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key.bytes, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(place, key.id));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

/** Names format and key too, so that a value bound for another purpose can never be taken for one of these. */
function boundTo({ table, tenant, invocation, row, column }: Place, keyId: string): Buffer {
  const text = canonicalJson({ format: "countersign/column/1", keyId, table, tenant, invocation, row, column });
  return Buffer.from(text, "utf8");
}
