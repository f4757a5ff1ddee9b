import { CountersignError } from "../core/countersign-error.ts";
import { type Invocation, isOpen } from "./invocation.ts";
import { waitForInvocation } from "./invoke.ts";
import type { Transport } from "./transport.ts";

/** Told of a call's end: executed or not, denials included. */
export type OnSettled = (invocation: Invocation) => void | Promise<void>;

/** Told of what went wrong around {@link OnSettled}; `invocation` as it was known last. */
export type OnSettledError = (error: unknown, invocation: Invocation) => void;

/** What following a call needs. */
export interface Settling {
  readonly transport: Transport;
  /** Absent → errors become warnings of the process. */
  readonly onSettledError: OnSettledError | undefined;
}

/** Who follows a call, and until when. */
export interface Follower {
  readonly onSettled?: OnSettled | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tells a follower of a call's end, once: at once if it is closed, else in the background as soon as it is. Never throws, and never
 * changes what the call itself answers.
 */
export function followCall(settling: Settling, invocation: Invocation, { onSettled, signal }: Follower): void {
  if (onSettled === undefined) return;
  if (!isOpen(invocation)) return tell(settling, onSettled, invocation);
  waitForInvocation(settling.transport, invocation.id, { signal }).then(
    (closed) => tell(settling, onSettled, closed),
    (error: unknown) => {
      // Whoever aborts doesn't want to hear.
      if (signal?.aborted !== true) report(settling, error, invocation);
    },
  );
}

/** The same options with an `onSettled` that never throws. */
export function toldSafely<Options extends Follower>(settling: Settling, options: Options): Options {
  const { onSettled } = options;
  if (onSettled === undefined) return options;
  return { ...options, onSettled: (invocation: Invocation) => tell(settling, onSettled, invocation) };
}

function tell(settling: Settling, onSettled: OnSettled, invocation: Invocation): void {
  const fail = (error: unknown): void => report(settling, error, invocation);
  try {
    Promise.resolve(onSettled(invocation)).catch(fail);
  } catch (error) {
    fail(error);
  }
}

/** A warning, since the call itself went well and nobody may be there to catch. */
function report({ onSettledError }: Settling, error: unknown, invocation: Invocation): void {
  try {
    if (onSettledError !== undefined) return onSettledError(error, invocation);
  } catch {
    // Told as a warning instead, so that a handler's own fault loses neither.
  }
  const message = `onSettled of ${invocation.id} (${invocation.action}) failed`;
  if (typeof process === "undefined") console.warn(message, error);
  else process.emitWarning(new CountersignError("internal", message, { cause: error }));
}
