import type { InvocationRef } from "../contract/ids.ts";

/** What the record says of a call that was kept; all of it redacted. */
export interface RequestedCall {
  readonly ref: InvocationRef;
  readonly action: string;
  readonly actor: string;
  readonly via: string | undefined;
  readonly run: string | undefined;
  readonly reason: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly digest: string;
  /** Redacted input, canonical JSON. */
  readonly inputView: string;
}

/** The event of a call that is kept; `more` is what else there is to say of it. */
export function requestedEvent(call: RequestedCall, more: Readonly<Record<string, unknown>> = {}) {
  const { ref, action, actor, via, run, reason, idempotencyKey, digest, inputView } = call;
  return {
    type: "invocation.requested",
    principal: via ?? actor,
    actor,
    invocation: ref.id,
    action,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    data: {
      digest,
      input: JSON.parse(inputView) as unknown,
      ...(reason === undefined ? {} : { reason }),
      ...(run === undefined ? {} : { run }),
      ...more,
    },
  } as const;
}
