import type { CountersignError } from "../core/countersign-error.ts";
import type { WireRequest } from "./transport.ts";

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;
/** A server that asks for more patience than this gets it from the caller, who alone knows whether to wait. */
const MAX_RETRY_AFTER_MS = 60_000;
/** Answers of a server, or of a proxy before it, that has no time right now. */
const BUSY_STATUSES = new Set([429, 502, 503, 504]);

/** Whether a request may be sent twice without doing anything twice. */
export function isSafeToRepeat(request: WireRequest): boolean {
  return request.method === "GET" || request.idempotencyKey !== undefined;
}

/** Whether a failed request is worth another try: no answer came, or one that says "not now". An answer about an invocation is an answer. */
export function isWorthRepeating(error: CountersignError): boolean {
  if (error.invocation !== undefined || (error.retryAfterMs ?? 0) > MAX_RETRY_AFTER_MS) return false;
  return error.status === undefined ? error.code === "unavailable" : BUSY_STATUSES.has(error.status);
}

/** Milliseconds to wait before try number `retry` (1 is the first repetition): doubling, with up to half of it taken off by `random` (0 to 1). */
export function retryDelayMs(retry: number, random: number, retryAfterMs = 0): number {
  const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (retry - 1));
  return Math.max(retryAfterMs, Math.round(delayMs * (1 - random / 2)));
}

/**
 * Waits.
 * @throws the signal's reason when it aborts first
 */
export function sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
