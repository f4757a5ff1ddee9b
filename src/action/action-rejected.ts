/** Marks the error across copies of this module: an action and the worker that runs it may each have loaded their own. */
const BRAND: unique symbol = Symbol.for("countersign.ActionRejected");

/**
 * Thrown by an action's `run` to say "this can't be done, and trying again won't help".
 * The invocation ends `failed` at once, whatever its mode: throw it only when the action has taken no effect.
 */
export class ActionRejected extends Error {
  override readonly name = "ActionRejected";
  /** Facts for the caller, such as a code of the other system. Redacted like an output. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly [BRAND] = true;

  /** `message` is shown to the caller and kept in the record. */
  constructor(message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.details = details;
  }
}

/** Whether something thrown is an {@link ActionRejected}, made by whichever copy of this module. */
export function isActionRejected(error: unknown): error is ActionRejected {
  return error instanceof Error && BRAND in error;
}
