import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Crockford's base 32 in lower case, as ids use it. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const PREFIX_LENGTH = 10;
const ID_LENGTH = 26;
const SECRET_BYTES = 32;

/** Anything that names a prefix; whether the rest is right is for the hash to say. */
const KEY_SHAPE = /^csk_([0-9a-hjkmnp-tv-z]{10})_/;

/** A fresh API key: `csk_`, a public prefix, a secret of 256 random bits. */
export interface NewCredential {
  /** Names the key in requests and lists. */
  readonly id: string;
  /** The public part that the key is found by. */
  readonly prefix: string;
  /** The whole key; shown to its owner once and never kept. */
  readonly key: string;
  /** What is kept of the key: lower-case hex SHA-256. No salt or slow hash: 256 random bits can't be guessed. */
  readonly hash: string;
}

/** Makes a key that nobody can predict. */
export function createCredential(): NewCredential {
  const prefix = randomBase32(PREFIX_LENGTH);
  const key = `csk_${prefix}_${randomBytes(SECRET_BYTES).toString("base64url")}`;
  return { id: `key_${randomBase32(ID_LENGTH)}`, prefix, key, hash: hashCredential(key).toString("hex") };
}

/** The public prefix of a text shaped like a key. */
export function prefixOf(credential: string): string | undefined {
  return KEY_SHAPE.exec(credential)?.[1];
}

/** SHA-256 of a credential: equal lengths, so that hashes can be compared in constant time. */
export function hashCredential(credential: string): Buffer {
  return createHash("sha256").update(credential, "utf8").digest();
}

/** Whether two hashes are equal, in time that doesn't tell where they differ. */
export function equalHashes(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** One byte for each character and 5 bits of each byte: every character is as likely. */
function randomBase32(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET.charAt(byte & 31)).join("");
}
