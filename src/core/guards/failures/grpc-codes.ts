import type { FailureKind } from "../../../contract/policy.ts";
import { readMember } from "./read-member.ts";

/** gRPC's status codes that tell what kind of failure it was, by number and name. */
const STATUSES: readonly (readonly [number, string, FailureKind])[] = [
  [3, "INVALID_ARGUMENT", "invalid"],
  [4, "DEADLINE_EXCEEDED", "timeout"],
  [5, "NOT_FOUND", "not_found"],
  [6, "ALREADY_EXISTS", "conflict"],
  [7, "PERMISSION_DENIED", "auth"],
  // A quota of the caller's; a server that is out of its own means should say UNAVAILABLE.
  [8, "RESOURCE_EXHAUSTED", "throttled"],
  [9, "FAILED_PRECONDITION", "invalid"],
  // A transaction that another one got in the way of.
  [10, "ABORTED", "conflict"],
  [11, "OUT_OF_RANGE", "invalid"],
  [12, "UNIMPLEMENTED", "invalid"],
  // What clients give when they have no connection; few servers send it themselves.
  [14, "UNAVAILABLE", "transport"],
  [16, "UNAUTHENTICATED", "auth"],
  // CANCELLED (1) is the caller's own doing. UNKNOWN (2), INTERNAL (13) and DATA_LOSS (15) are also what clients
  // give for messages that they can't read or write, so they tell nothing about the server.
];

const BY_NUMBER: ReadonlyMap<unknown, FailureKind> = new Map(STATUSES.map(([code, , kind]) => [code, kind]));
const BY_NAME: ReadonlyMap<string, FailureKind> = new Map(STATUSES.map(([, name, kind]) => [name, kind]));

/** The kind of a gRPC error, known by a numeric `code` beside `details` or `metadata`: small numbers alone may mean anything. */
export function classifyGrpcError(error: unknown): FailureKind | undefined {
  const isGrpc = readMember(error, "details") !== undefined || readMember(error, "metadata") !== undefined;
  return isGrpc ? BY_NUMBER.get(readMember(error, "code")) : undefined;
}

/** The kind of a gRPC status given by its name, as Google's JSON interfaces do. */
export function classifyGrpcName(name: string): FailureKind | undefined {
  return BY_NAME.get(name);
}
