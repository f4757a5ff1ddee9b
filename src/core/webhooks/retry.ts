const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Milliseconds before each try after the first, 72 hours in all. Our choice, after the example of Standard Webhooks: quick at first, then for a weekend. */
const DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  8 * HOUR_MS,
  20 * HOUR_MS,
  40 * HOUR_MS,
];

/** How far a delay may be lengthened, so that what failed together doesn't come back together. */
const JITTER = 0.1;

/** What becomes of a delivery after an attempt. */
export type AfterAttempt =
  | { readonly state: "delivered" }
  /** `isGone`: the receiver said that it wants to hear nothing any more. */
  | { readonly state: "dead"; readonly isGone: boolean }
  | { readonly state: "due"; readonly delayMs: number };

/** How an attempt ended: with an answer's status, or with none. */
export interface AttemptEnd {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** HTTP status of the answer; absent when none came. */
  readonly status: number | undefined;
  /** From 0 to 1, chosen at random. */
  readonly random: number;
}

/** Only a 2xx is taken for "received"; 410 says that the receiver is gone; all else is tried again, ten times in all. */
export function judgeAttempt({ attempt, status, random }: AttemptEnd): AfterAttempt {
  if (status !== undefined && status >= 200 && status < 300) return { state: "delivered" };
  const delayMs = DELAYS_MS[attempt - 1];
  if (status === 410 || delayMs === undefined) return { state: "dead", isGone: status === 410 };
  return { state: "due", delayMs: Math.round(delayMs * (1 + JITTER * random)) };
}
