import type { GrantRequest, GrantTerms } from "../contract/grants.ts";
import { readGrantBounds } from "../core/approval/grant-bounds.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { parseDurationMs } from "../core/policy/document/durations.ts";
import { MAX_APPROVAL_CLOCK_MS } from "../core/policy/limits.ts";

/**
 * A grant's terms as the vote keeps them: for the actor unless it asks for the run only, with no bounds unless it names some. Whether
 * the approved call belongs to a run is not looked at.
 * @throws invalid_request for a time that is no duration or longer than 366 days, and for bounds that can't be read
 */
export function toGrantTerms(request: GrantRequest): GrantTerms {
  const { uses, expiresIn, scope = "actor", bounds = {} } = request;
  const expiresInMs = parseDurationMs(expiresIn);
  if (expiresInMs === undefined) throw invalid("expiresIn", "must be a duration such as 90s, 15m, 24h or 7d");
  if (expiresInMs > MAX_APPROVAL_CLOCK_MS) throw invalid("expiresIn", "is at most 366d");
  const fault = findJsonFault(bounds);
  if (fault !== undefined) throw invalid(`bounds${fault.pointer}`, fault.message);
  const read = readGrantBounds(bounds);
  if ("fault" in read) throw invalid("bounds", `can't be read: ${read.fault}`);
  return { uses, expiresInMs, scope, bounds };
}

function invalid(member: string, message: string): CountersignError {
  const errors = [{ pointer: `/grant/${member}`, message }];
  return new CountersignError("invalid_request", `The grant's ${member} ${message}`, { details: { errors } });
}
