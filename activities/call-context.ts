import type { CallContext } from "../src/action/action.ts";
import type { SecretMask } from "../src/core/redaction/secret-mask.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import { openCredentials } from "./attempt-credentials.ts";
import type { ActivityPorts } from "./ports.ts";

/** What a function of an action is called with. */
export interface CallParts {
  readonly row: LockedInvocation;
  /** Takes the credentials that the function was given out of what it says. */
  readonly mask: SecretMask;
  /** Aborts when its time is over. */
  readonly signal: AbortSignal;
}

/** What every function of an action learns about its call. */
export function callContextOf(ports: ActivityPorts, parts: CallParts): CallContext {
  const { row, mask, signal } = parts;
  return {
    invocationId: row.id,
    tenant: row.tenant,
    actor: row.actor,
    run: row.run ?? undefined,
    idempotencyKey: row.id,
    signal,
    credentials: openCredentials(ports, parts),
    log: (message, fields) => {
      ports.log("info", mask.maskText(message), { ...maskFields(mask, fields), invocation: row.id });
    },
  };
}

/** The log cuts errors down to what may be shown, which a copy would undo; so they stay errors, with another message. */
function maskFields(mask: SecretMask, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const masked = Object.entries(fields).map(([name, value]) => [
    mask.maskText(name),
    value instanceof Error ? maskError(mask, value) : mask.maskValue(value),
  ]);
  return Object.fromEntries(masked) as Record<string, unknown>;
}

function maskError(mask: SecretMask, error: Error): Error {
  const { cause } = error;
  const options = cause instanceof Error ? { cause: maskError(mask, cause) } : undefined;
  const masked = new Error(mask.maskText(error.message), options);
  return Object.assign(masked, {
    name: mask.maskText(error.name),
    ...("code" in error && typeof error.code === "string" ? { code: mask.maskText(error.code) } : {}),
  });
}
