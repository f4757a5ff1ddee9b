import type { InvocationView } from "../contract/invocation.ts";
import { type ErrorCode, isRetryable } from "./errors.ts";
import { describeNextSteps } from "./next-steps.ts";

/** Codes of calls that policy stopped, so that the verdict's reason is the answer's. */
const POLICY_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "action_denied",
  "approval_rejected",
  "approval_expired",
  "unsatisfiable_approval",
]);

/** What a {@link CountersignError} may carry besides its code and message. */
export interface CountersignErrorOptions {
  /** HTTP status that it came with, if it came over HTTP. */
  readonly status?: number;
  /** Overrides the code's own answer to "may the same call succeed later". */
  readonly retryable?: boolean;
  /** Milliseconds to wait before the next try. */
  readonly retryAfterMs?: number;
  /** The invocation that it speaks of, redacted. */
  readonly invocation?: InvocationView;
  /** Extension members of the problem document: faults, limits, the standing resolution. Never a caller's value. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The one error type of every door: branch on `code`, which is stable; the message is for people. */
export class CountersignError extends Error {
  override readonly name = "CountersignError";
  /** Why, as a stable code. */
  readonly code: ErrorCode;
  /** HTTP status, when the error came over HTTP. */
  readonly status: number | undefined;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** Milliseconds to wait before the next try, when that is known. */
  readonly retryAfterMs: number | undefined;
  /** The invocation that it speaks of, when there is one. */
  readonly invocation: InvocationView | undefined;
  /** Extension members of the problem document. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: CountersignErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.retryable = options.retryable ?? isRetryable(code);
    this.retryAfterMs = options.retryAfterMs;
    this.invocation = options.invocation;
    this.details = options.details ?? {};
  }

  /** What a language model should read: that the call was blocked, why, and what to do about it. */
  toPrompt(): string {
    const reason = POLICY_CODES.has(this.code) ? this.invocation?.verdict?.reason : undefined;
    const lines = [`BLOCKED (${this.code}): ${this.message}`];
    if (reason !== undefined && !this.message.includes(reason)) lines.push(`Reason: ${reason}`);
    lines.push(...describeNextSteps(this));
    return lines.join("\n");
  }
}
