/** Characters of an idempotency key at most; our choice, the common limit of header-borne keys. */
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** Visible ASCII, blanks only inside: HTTP strips them at the ends, and a key must be the same at every door. */
const SHAPE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Whether a text may serve as idempotency key: 1 to 255 printable ASCII characters that neither begin nor end with a blank. */
export function isIdempotencyKey(text: string): boolean {
  return text.length <= MAX_IDEMPOTENCY_KEY_LENGTH && SHAPE.test(text);
}
