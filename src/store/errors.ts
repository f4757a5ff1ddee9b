import { CountersignError } from "../core/countersign-error.ts";

/** SQLSTATE classes and codes that say the database, not the statement, is the trouble. */
const UNAVAILABLE_STATES = [
  "08", // connection exception
  "53", // too many connections, out of memory, disk full
  "57P01", // an administrator or a shutdown ended the session
  "57P02", // the server crashed
  "57P03", // starting up or shutting down
  "57P05", // the session was idle for too long
  "58", // the server's own system or input/output error
  "25P03", // the transaction was idle for too long
  "55P03", // a lock was not granted in time
  "57014", // the statement ran into its time limit
  "XX", // internal error, corrupted data
] as const;

const UNAVAILABLE_SYSTEM_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
]);

/** SQLSTATE classes and codes that say the connection is gone, and with it whatever had not been committed. */
const LOST_STATES = ["08", "57P01", "57P02", "57P03"] as const;

const LOST_SYSTEM_CODES: ReadonlySet<string> = new Set(["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE"]);

/** The `pg` driver's own words for a connection that has ended. */
const LOST_MESSAGES = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/** Messages of the `pg` driver's errors that carry no code. */
const UNAVAILABLE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Cannot use a pool after calling end|Client has encountered a connection error|Client was closed|Query read timeout|PGlite is clos)/;

/** Chains of `cause` are followed this far. */
const MAX_CAUSES = 8;

/** Whether a store error means that the store can't be reached or can't work right now, so that the same work may succeed later. */
export function isUnavailable(error: unknown): boolean {
  return hasCause(error, (cause) => {
    if (cause instanceof CountersignError) return cause.code === "unavailable";
    const code = codeOf(cause);
    if (code === undefined) return cause instanceof Error && UNAVAILABLE_MESSAGES.test(cause.message);
    return (
      UNAVAILABLE_SYSTEM_CODES.has(code) || (isSqlState(code) && UNAVAILABLE_STATES.some((s) => code.startsWith(s)))
    );
  });
}

/** Whether the connection was lost or could not be made: what had not been committed did not happen, and a new one may well be had at once. */
export function isConnectionLost(error: unknown): boolean {
  return hasCause(error, (cause) => {
    const code = codeOf(cause);
    if (code === undefined) return cause instanceof Error && LOST_MESSAGES.test(cause.message);
    return LOST_SYSTEM_CODES.has(code) || (isSqlState(code) && LOST_STATES.some((state) => code.startsWith(state)));
  });
}

/** Whether a role lacks a right that a statement needs. */
export function isForbidden(error: unknown): boolean {
  return hasCause(error, (cause) => codeOf(cause) === "42501");
}

/** Whether a statement was refused because a row of that unique key exists. */
export function isUniqueViolation(error: unknown): boolean {
  return hasCause(error, (cause) => codeOf(cause) === "23505");
}

/** Whether a transaction was refused because of others running beside it; the whole of it may be run again. */
export function isSerializationFailure(error: unknown): boolean {
  return hasCause(error, (cause) => codeOf(cause) === "40001" || codeOf(cause) === "40P01");
}

/** Whether a prepared statement gives other columns than it did: a migration that another process made has changed its tables. */
export function isStalePlan(error: unknown): boolean {
  // The server's own function that raised it: unlike the message it is the same in every language.
  return hasCause(
    error,
    (cause) =>
      typeof cause === "object" && cause !== null && "routine" in cause && cause.routine === "RevalidateCachedQuery",
  );
}

/** Whether a statement's name is unknown to the connection, or another's: something between here and the server shares connections. */
export function isForeignStatement(error: unknown): boolean {
  return hasCause(error, (cause) => codeOf(cause) === "26000" || codeOf(cause) === "42P05");
}

/** Whether an error carries the database's own verdict on a statement, so that the session itself is sound. */
export function hasSqlState(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && isSqlState(code);
}

/** What every call after `close` rejects with. */
export function closedError(): CountersignError {
  return new CountersignError("unavailable", "The store is closed");
}

/** What a transaction rejects with that went on after one of its statements had failed: the database undid it. */
export function abortedTransactionError(): Error {
  return Object.assign(new Error("The transaction was rolled back because one of its statements had failed"), {
    code: "25P02",
  });
}

/** What a statement rejects with that is sent through a transaction which is over. */
export function endedTransactionError(): Error {
  return new Error("The transaction has ended; its statements must be awaited inside of it");
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !UNAVAILABLE_SYSTEM_CODES.has(code);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function hasCause(error: unknown, matches: (error: unknown) => boolean): boolean {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined && current !== null; depth += 1) {
    if (matches(current)) return true;
    if (current instanceof AggregateError && current.errors.some((inner) => matches(inner))) return true;
    current = current instanceof Error ? current.cause : undefined;
  }
  return false;
}
