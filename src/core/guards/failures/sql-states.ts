import type { FailureKind } from "../../../contract/policy.ts";

/** SQLSTATEs and their classes, the first two characters, as PostgreSQL's appendix A lists them. The longest that fits decides. */
const KINDS: ReadonlyMap<string, FailureKind> = new Map([
  ["02", "not_found"], // no data
  ["08", "transport"], // connection exception
  ["22", "invalid"], // data exception
  ["23", "invalid"], // integrity constraint violation
  ["23505", "conflict"], // unique violation
  ["23P01", "conflict"], // exclusion violation
  ["25P03", "timeout"], // the transaction was idle for too long
  ["25P04", "timeout"], // the transaction took too long
  ["28", "auth"], // invalid authorization specification
  ["3D", "invalid"], // no such database
  ["3F", "invalid"], // no such schema
  ["40", "conflict"], // transaction rollback: serialization failure (40001), deadlock (40P01)
  ["42", "invalid"], // syntax error (42601), undefined table (42P01) or column (42703)
  ["42501", "auth"], // insufficient privilege
  ["53", "overloaded"], // insufficient resources: disk full, out of memory, too many connections (53300)
  ["54", "invalid"], // program limit exceeded
  ["55006", "conflict"], // object in use
  ["55P03", "conflict"], // a lock was not granted in time
  ["57014", "timeout"], // the statement ran into its time limit, or was canceled
  ["57P01", "transport"], // an administrator or a shutdown ended the session
  ["57P02", "transport"], // the server crashed
  ["57P03", "transport"], // starting up or shutting down
  ["57P05", "transport"], // the session was idle for too long
  ["58", "overloaded"], // the server's own system failed
]);

/** The kind of an SQLSTATE; `undefined` for every other text, and for states that tell nothing of the sort. */
export function classifySqlState(code: string): FailureKind | undefined {
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined;
  return KINDS.get(code) ?? KINDS.get(code.slice(0, 2));
}
