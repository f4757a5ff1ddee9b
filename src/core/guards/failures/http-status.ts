import type { FailureKind } from "../../../contract/policy.ts";
import { readPath } from "./read-member.ts";

/** Where clients keep the status of an answer that they throw: their own member, that of the response, AWS's, Boom's, the body's. */
const STATUS_PATHS = [
  "status",
  "statusCode",
  "httpStatusCode",
  "response.status",
  "response.statusCode",
  "$metadata.httpStatusCode",
  "$response.statusCode",
  "output.statusCode",
  "data.httpStatus",
  "error.status",
  "error.statusCode",
  "body.status",
  "body.statusCode",
  "code",
  "error.code",
] as const;

/** Statuses that say more than their class does. */
const KINDS: ReadonlyMap<number, FailureKind> = new Map([
  [401, "auth"],
  [403, "auth"],
  [404, "not_found"],
  [408, "timeout"],
  [409, "conflict"],
  // What was there is gone for good.
  [410, "not_found"],
  // A condition on the version of the resource didn't hold.
  [412, "conflict"],
  [429, "throttled"],
  [504, "timeout"],
]);

/** Statuses that many services give for everything: a code beside them tells more. */
const VAGUE_STATUSES: ReadonlySet<number> = new Set([400, 500]);

/** The HTTP status of a failed answer (400 to 599) that an error speaks of, if any. */
export function readStatus(error: unknown): number | undefined {
  for (const path of STATUS_PATHS) {
    const value = readPath(error, path);
    const status = typeof value === "string" && /^[45]\d\d$/.test(value) ? Number(value) : value;
    if (typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  return undefined;
}

/** The kind of a failed HTTP answer, by its status from 400 to 599. */
export function classifyStatus(status: number): FailureKind {
  return KINDS.get(status) ?? (status >= 500 ? "overloaded" : "invalid");
}

/** Whether a code that came with the status is to be believed before it. */
export function isVagueStatus(status: number): boolean {
  return VAGUE_STATUSES.has(status);
}
