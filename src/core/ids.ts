import type { GrantId, InvocationId, VoteId, WebhookId } from "../contract/ids.ts";

/** Gives `size` bytes that nobody can predict. */
export type RandomBytes = (size: number) => Uint8Array;

/** Crockford's base 32 in lower case: no i, l, o or u, so that an id survives being read aloud. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** 26 characters of 5 bits: 130 random bits, more than a UUID's 122. */
const ID_LENGTH = 26;

const ID_SHAPE = /^[0-9a-hjkmnp-tv-z]{26}$/;
const INVOCATION_PREFIX = "ivn_";
const VOTE_PREFIX = "vote_";
const GRANT_PREFIX = "grt_";
const WEBHOOK_PREFIX = "whk_";

/** A new invocation's id. Ids carry no time and no order. */
export function newInvocationId(randomBytes: RandomBytes): InvocationId {
  return (INVOCATION_PREFIX + randomName(randomBytes)) as InvocationId;
}

/** A new vote's id. */
export function newVoteId(randomBytes: RandomBytes): VoteId {
  return (VOTE_PREFIX + randomName(randomBytes)) as VoteId;
}

/** A new grant's id. */
export function newGrantId(randomBytes: RandomBytes): GrantId {
  return (GRANT_PREFIX + randomName(randomBytes)) as GrantId;
}

/** A new webhook's id. */
export function newWebhookId(randomBytes: RandomBytes): WebhookId {
  return (WEBHOOK_PREFIX + randomName(randomBytes)) as WebhookId;
}

/** The text as an invocation's id if it is shaped like one, otherwise `undefined`: nothing of that name can exist. */
export function parseInvocationId(text: string): InvocationId | undefined {
  return hasIdShape(text, INVOCATION_PREFIX) ? (text as InvocationId) : undefined;
}

/** The text as a vote's id if it is shaped like one, otherwise `undefined`. */
export function parseVoteId(text: string): VoteId | undefined {
  return hasIdShape(text, VOTE_PREFIX) ? (text as VoteId) : undefined;
}

/** The text as a grant's id if it is shaped like one, otherwise `undefined`. */
export function parseGrantId(text: string): GrantId | undefined {
  return hasIdShape(text, GRANT_PREFIX) ? (text as GrantId) : undefined;
}

/** The text as a webhook's id if it is shaped like one, otherwise `undefined`. */
export function parseWebhookId(text: string): WebhookId | undefined {
  return hasIdShape(text, WEBHOOK_PREFIX) ? (text as WebhookId) : undefined;
}

function hasIdShape(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && ID_SHAPE.test(text.slice(prefix.length));
}

/** One byte for each character and 5 bits of each byte: 256 is a multiple of 32, so every character is as likely. */
function randomName(randomBytes: RandomBytes): string {
  const bytes = randomBytes(ID_LENGTH);
  if (bytes.length !== ID_LENGTH) throw new RangeError(`Expected ${ID_LENGTH} random bytes, got ${bytes.length}`);
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte & 31)).join("");
}
