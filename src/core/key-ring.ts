/** A key that seals values: 32 secret bytes, and the id that stands beside each value that it sealed. */
export interface EncryptionKey {
  /** 1 to 32 letters, digits, `_` and `-`, such as `2026-11`. Not secret. */
  readonly id: string;
  /** 32 bytes: AES-256's. Secret. */
  readonly bytes: Uint8Array;
}

/** The first key seals; all of them open. */
export type KeyRing = readonly [EncryptionKey, ...EncryptionKey[]];

/** A ring, or how a sentence about its text goes on; that repeats ids only, never a key. */
export type KeyRingReading =
  { readonly ring: KeyRing; readonly problem?: never } | { readonly ring?: never; readonly problem: string };

const KEY_BYTES = 32;

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** 32 bytes in Base64, of either alphabet, with or without padding. */
const KEY_TEXT = /^[A-Za-z0-9+/_-]{43}=?$/;

/** What is wrong with a ring, as a sentence about it goes on; `undefined` for one that can be used. Names ids only, never a key. */
export function findKeyRingFault(ring: readonly EncryptionKey[]): string | undefined {
  if (ring.length === 0) return "must have a key";
  const ids = new Set<string>();
  for (const { id, bytes } of ring) {
    if (!KEY_ID.test(id)) return "must give each key an id of 1 to 32 letters, digits, _ and -";
    if (bytes.length !== KEY_BYTES) return `must give the key ${id} ${KEY_BYTES} bytes`;
    if (ids.has(id)) return `must name the key ${id} once`;
    ids.add(id);
  }
  return undefined;
}

/** Reads `<id>:<Base64 of 32 bytes>,…`, the key that seals first. */
export function parseKeyRing(text: string): KeyRingReading {
  const [first, ...others] = text.split(",").map(readKey) as [EncryptionKey, ...EncryptionKey[]];
  const problem = findKeyRingFault([first, ...others]);
  return problem === undefined ? { ring: [first, ...others] } : { problem };
}

/** One that is written wrongly comes without bytes, or without an id. */
function readKey(item: string): EncryptionKey {
  const text = item.trim();
  const at = Math.max(text.indexOf(":"), 0);
  const written = text.slice(at + 1);
  return { id: text.slice(0, at), bytes: KEY_TEXT.test(written) ? Buffer.from(written, "base64") : new Uint8Array() };
}
