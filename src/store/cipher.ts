import { randomBytes } from "node:crypto";
import type { InvocationRef } from "../contract/ids.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { findKeyRingFault, type KeyRing } from "../core/key-ring.ts";
import { NONCE_BYTES, openText, parseSealed, type Place, sealText } from "../core/sealed-text.ts";

/** Seals what is written to the columns of real values, and opens what is read from them. */
export interface Cipher {
  /** What the column keeps of a text. */
  seal(text: string, place: Place): string;
  /**
   * The text that the column keeps, sealed or not: rows of before there were keys stay readable.
   * @throws unavailable naming the key that is missing, or that doesn't fit: for now nobody can read the value
   */
  open(kept: string, place: Place): string;
}

declare const kept: unique symbol;

/** A value of a column as it is kept, perhaps sealed: nobody can take it for the text, which only a {@link Cipher} gives. */
export interface KeptValue {
  readonly [kept]: true;
}

/**
 * Seals under the first key of the ring and opens under all; without a ring values are kept as they are.
 * @throws invalid_request for a ring that can't be used
 */
export function createCipher(ring?: KeyRing): Cipher {
  const fault = ring && findKeyRingFault(ring);
  if (fault !== undefined)
    throw new CountersignError("invalid_request", `The encryption keys can't be used: the ring ${fault}`);
  return {
    seal: (text, place) => (ring === undefined ? text : seal(text, place, ring)),
    open: (kept, place) => open(kept, place, ring),
  };
}

/** Keeps values as they are; refuses those that a key has sealed. */
export const PLAIN: Cipher = createCipher();

function seal(text: string, place: Place, [key]: KeyRing): string {
  return sealText(text, place, { key, nonce: randomBytes(NONCE_BYTES) });
}

function open(kept: string, place: Place, ring: KeyRing | undefined): string {
  const sealed = parseSealed(kept);
  if (sealed === undefined) return kept;
  const key = ring?.find(({ id }) => id === sealed.keyId);
  if (key === undefined) {
    throw new CountersignError(
      "unavailable",
      `A value is sealed with the key ${sealed.keyId}, which this process doesn't have`,
    );
  }
  const text = openText(sealed, place, key);
  if (text === undefined) {
    throw new CountersignError(
      "unavailable",
      `The key ${sealed.keyId} doesn't open the ${place.column} of a row of ${place.table}`,
    );
  }
  return text;
}

/** The text that a column keeps, where whoever reads many values goes on behind one that no key opens: `undefined`. */
export function openReadable(cipher: Cipher, kept: string, place: Place): string | undefined {
  try {
    return cipher.open(kept, place);
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}

/** The characters of a kept value: what {@link Cipher.open} takes. */
export function keptText(value: KeptValue): string {
  return value as unknown as string;
}

/** The input of a round, or the input that policy was asked about in it. */
export function inputPlace({ tenant, id }: InvocationRef, round: number, column: "input" | "judged" = "input"): Place {
  return { table: "input_revision", tenant, invocation: id, row: String(round), column };
}

/** The output of an invocation. */
export function outputPlace({ tenant, id }: InvocationRef): Place {
  return { table: "invocation", tenant, invocation: id, row: "", column: "output" };
}

/** The edit that goes with a vote. */
export function editPlace(vote: { readonly tenant: string; readonly invocation: string; readonly id: string }): Place {
  return { table: "vote", tenant: vote.tenant, invocation: vote.invocation, row: vote.id, column: "edit" };
}
