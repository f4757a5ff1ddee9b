import type { GuardName } from "../../contract/guards.ts";
import { type ErrorCode, isRetryable } from "../errors.ts";

/** A guard's no: with what it may be told, and when the call may pass. */
export interface GuardRefusal {
  readonly kind: "refused";
  readonly guard: GuardName;
  readonly code: ErrorCode;
  /** For people; names limits, never a value of the input. */
  readonly message: string;
  /** Whether the same call may pass later. */
  readonly retryable: boolean;
  /** Milliseconds until it may pass, when that is known. */
  readonly retryAfterMs?: number;
  /** Extension members of the problem document. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** A refusal; retryable as its code is, unless told. */
export function refuse(
  guard: GuardName,
  code: ErrorCode,
  refusal: Pick<GuardRefusal, "message"> & Partial<Pick<GuardRefusal, "retryable" | "retryAfterMs" | "details">>,
): GuardRefusal {
  return { kind: "refused", guard, code, retryable: isRetryable(code), details: {}, ...refusal };
}

/** Whether a guard's answer is a refusal. */
export function isRefusal(answer: object): answer is GuardRefusal {
  return "kind" in answer && answer.kind === "refused";
}
