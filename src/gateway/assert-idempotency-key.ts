import { CountersignError } from "../core/countersign-error.ts";
import { isIdempotencyKey, MAX_IDEMPOTENCY_KEY_LENGTH } from "../core/idempotency-key.ts";

/** Passes a well-formed key and the absence of one. @throws invalid_idempotency_key */
export function assertIdempotencyKey(key: string | undefined): void {
  if (key === undefined || isIdempotencyKey(key)) return;
  const message = `An idempotency key is 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} printable characters`;
  throw new CountersignError("invalid_idempotency_key", message);
}
