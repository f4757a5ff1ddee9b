import type { FailureKind } from "../../../contract/policy.ts";

/** Messages of `pg` and PGlite, whose errors about the connection have no code and no name of their own. Whole or the beginning. */
const MESSAGES: readonly (readonly [RegExp, FailureKind])[] = [
  [/^Connection terminated due to connection timeout/, "timeout"],
  [/^(timeout expired|timeout exceeded when trying to connect|Query read timeout)$/, "timeout"],
  [/^Connection terminated/, "transport"],
  [/^Client has encountered a connection error/, "transport"],
  [/^The server does not support SSL connections/, "transport"],
  [/^There was an error establishing an SSL connection/, "transport"],
];

/** The kind of an error that has nothing but its message; only of messages that a driver gives word for word. */
export function classifyDriverMessage(message: unknown): FailureKind | undefined {
  if (typeof message !== "string") return undefined;
  return MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
}
