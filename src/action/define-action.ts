import type { z } from "zod";
import { MAX_INLINE_ATTEMPT_MS } from "../contract/limits.ts";
import type { Action, ActionDefinition, ActionExecution } from "./action.ts";
import { assertDefinition } from "./check-definition.ts";
import { createFault } from "./definition-fault.ts";
import { readActionApproval } from "./read-action-approval.ts";

const DEFAULT_ATTEMPT_TIMEOUT_MS = 30_000;
const DEFAULT_TOTAL_TIMEOUT_MS = 3_600_000;
const DEFAULT_HEARTBEAT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_ATTEMPTS = 3;

/**
 * Defines a guarded action: checks the definition, fills in its defaults and freezes it. Nothing is registered anywhere;
 * export the action in a module's `actions` list for a worker to run it, and hand it to a client to call it.
 * @throws invalid_request naming the field that is wrong
 */
export function defineAction<Input extends z.ZodObject, Output extends z.ZodType = z.ZodType>(
  definition: ActionDefinition<Input, Output>,
): Action<Input, Output> {
  assertDefinition({ ...definition });
  const { approval: declared, ...rest } = definition;
  const approval = readActionApproval(declared, createFault(definition.name));
  return Object.freeze({
    ...rest,
    risk: definition.risk ?? "low",
    requiredScopes: Object.freeze([...(definition.requiredScopes ?? [])]),
    tags: Object.freeze([...(definition.tags ?? [])]),
    approvalRequired: definition.approvalRequired ?? false,
    ...(approval === undefined ? {} : { approval }),
    secretFields: Object.freeze([...(definition.secretFields ?? [])]),
    execution: Object.freeze(withDefaults(definition.execution ?? {})),
    ...(definition.limits === undefined ? {} : { limits: copyFrozen(definition.limits) }),
  });
}

/** A copy that nobody can change, functions as they are. Only for what was checked: that has an end. */
function copyFrozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  const copy = Array.isArray(value)
    ? value.map(copyFrozen)
    : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyFrozen<unknown>(member)]));
  return Object.freeze(copy) as Value;
}

function withDefaults(execution: ActionExecution): Action["execution"] {
  const mode = execution.mode ?? "idempotent";
  const totalTimeoutMs = execution.totalTimeoutMs ?? DEFAULT_TOTAL_TIMEOUT_MS;
  const attemptLimitMs = mode === "inline" ? MAX_INLINE_ATTEMPT_MS : DEFAULT_ATTEMPT_TIMEOUT_MS;
  const attemptTimeoutMs = execution.attemptTimeoutMs ?? Math.min(attemptLimitMs, totalTimeoutMs);
  return {
    mode,
    attemptTimeoutMs,
    totalTimeoutMs: Math.max(totalTimeoutMs, attemptTimeoutMs),
    maxAttempts: mode === "at_most_once" ? 1 : (execution.maxAttempts ?? DEFAULT_MAX_ATTEMPTS),
    heartbeatTimeoutMs: execution.heartbeatTimeoutMs ?? DEFAULT_HEARTBEAT_TIMEOUT_MS,
    ...(execution.retryOn === undefined ? {} : { retryOn: execution.retryOn }),
  };
}
