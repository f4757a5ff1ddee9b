import type { CredentialSource } from "../src/action/action.ts";
import { ActionRejected } from "../src/action/action-rejected.ts";
import type { CredentialRequest } from "../src/action/credentials.ts";
import type { SecretMask } from "../src/core/redaction/secret-mask.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { ActivityPorts } from "./ports.ts";

/** What credentials are fetched with. */
export interface CredentialOptions {
  readonly row: LockedInvocation;
  /** Learns each value that is handed out. */
  readonly mask: SecretMask;
  /** Ends a fetch that is under way. */
  readonly signal: AbortSignal;
}

/** The credentials of one attempt or probe: each is fetched when it is asked for and kept by nobody but the mask. */
export function openCredentials(ports: ActivityPorts, { row, mask, signal }: CredentialOptions): CredentialSource {
  const { tenant, actor, action, id: invocation } = row;
  const call: CredentialRequest = { tenant, actor, run: row.run ?? undefined, action, invocation };
  return {
    async get(name) {
      if (ports.credentials === undefined) throw new ActionRejected("No credentials are configured in this worker");
      signal.throwIfAborted();
      const value = await untilAborted(fetchCredential(ports, name, call), signal);
      mask.add(value);
      return value;
    },
  };
}

/** Whatever a vault says when it refuses may hold what is secret, so neither callers nor the log hear it. */
async function fetchCredential(ports: ActivityPorts, name: string, call: CredentialRequest): Promise<string> {
  let value: unknown;
  try {
    value = await ports.credentials?.get(name, call);
  } catch (error) {
    throw refuse(ports, call, error instanceof Error ? error.name : typeof error);
  }
  if (typeof value !== "string" || value === "") throw refuse(ports, call, "no text");
  return value;
}

function refuse({ log }: ActivityPorts, { invocation, action }: CredentialRequest, got: string): Error {
  log("warn", "A credential could not be fetched", { invocation, action, got });
  return new Error("A credential could not be fetched, see the worker's log");
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
