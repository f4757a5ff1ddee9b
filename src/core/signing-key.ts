import { createHmac, timingSafeEqual } from "node:crypto";

/** The key that doors and workers share, or a ring of keys: the first one signs, and what any of them signed is genuine. Secret. */
export type SigningKey = string | readonly [string, ...string[]];

/** The ring of a key that signs and of those that signed before it. */
export function joinSigningKeys(key: string, previous: readonly string[]): SigningKey {
  return [key, ...previous];
}

/** The keys of a ring, the one that signs first. */
export function listSigningKeys(key: SigningKey): readonly [string, ...string[]] {
  return typeof key === "string" ? [key] : key;
}

/** HMAC-SHA-256 of a text under the key that signs, as 64 lower-case hex characters. */
export function signText(key: SigningKey, text: string): string {
  return hmacHex(listSigningKeys(key)[0], text);
}

/** Whether any key of the ring made the MAC of this text, each compared in constant time. Any malformed MAC is simply a wrong one. */
export function isSignedText(key: SigningKey, text: string, mac: string): boolean {
  const given = Buffer.from(mac, "utf8");
  return listSigningKeys(key).some((one) => {
    const expected = Buffer.from(hmacHex(one, text), "utf8");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function hmacHex(key: string, text: string): string {
  return createHmac("sha256", key).update(text, "utf8").digest("hex");
}
