import type { FailureKind } from "../../../contract/policy.ts";
import { classifyDriverMessage } from "./driver-messages.ts";
import { classifyGrpcError, classifyGrpcName } from "./grpc-codes.ts";
import { classifyStatus, isVagueStatus, readStatus } from "./http-status.ts";
import { readCodes } from "./read-codes.ts";
import { isObject, readItems, readMember, readPath } from "./read-member.ts";
import { classifyServiceCode } from "./service-codes.ts";
import { classifySqlState } from "./sql-states.ts";
import { classifySystemCode } from "./system-codes.ts";

/** Errors inside each other that are looked at. Our choice: nobody wraps so often, and a chain may have no end. */
const MAX_LOOKED_AT = 64;

/** Errors beside each other in one that are looked at. Our choice. */
const MAX_BESIDE = 16;

/** Where an error keeps the one that it came from; the last three are database wrappers'. */
const CAUSE_KEYS = ["cause", "original", "originalError", "driverError"] as const;

/** How `ActionRejected` marks itself; named here, since nothing of it may be loaded. */
const ACTION_REJECTED = Symbol.for("countersign.ActionRejected");

/**
 * The kind of failure that something thrown tells of, by its shape alone, so that it doesn't matter which library or copy made it.
 * The outermost error that says anything decides: wrappers that say nothing are looked through, to their causes and to the
 * errors that they gather. Of one error a throttling code says most, then the HTTP status, where that is not a vague one,
 * then any other code or name. Never throws, whatever it is given.
 */
export function classifyFailure(error: unknown): FailureKind {
  let isRejected = false;
  for (const current of outermostFirst(error)) {
    const kind = classifyOne(current);
    if (kind !== undefined) return kind;
    isRejected ||= isActionRejected(current);
  }
  // The action itself says that the request can't be met.
  return isRejected ? "invalid" : "unknown";
}

/** The error, what caused it and what it gathers, then theirs in turn; each once. */
function* outermostFirst(error: unknown): Generator<object> {
  const found = new Set<unknown>([error]);
  // A set is walked in the order in which it grows.
  for (const current of found) {
    if (!isObject(current)) continue;
    yield current;
    const causes = CAUSE_KEYS.map((key) => readMember(current, key));
    for (const next of [...causes, ...readItems(readMember(current, "errors"), MAX_BESIDE)]) {
      if (found.size < MAX_LOOKED_AT) found.add(next);
    }
  }
}

function classifyOne(error: object): FailureKind | undefined {
  const codes = readCodes(error);
  const kinds = codes.map((code) => classifyCode(code, readMember(error, "syscall")));
  if (kinds.includes("throttled") || readPath(error, "$retryable.throttling") === true) return "throttled";
  const status = readStatus(error);
  if (status !== undefined && !isVagueStatus(status)) return classifyStatus(status);
  const kind = classifyGrpcError(error) ?? correctAxios(error, codes) ?? kinds.find((each) => each !== undefined);
  if (kind !== undefined) return kind;
  return status === undefined ? classifyDriverMessage(readMember(error, "message")) : classifyStatus(status);
}

function classifyCode(code: string, syscall: unknown): FailureKind | undefined {
  return (
    classifySystemCode(code, syscall) ?? classifySqlState(code) ?? classifyGrpcName(code) ?? classifyServiceCode(code)
  );
}

/** Axios calls its own timeouts what the system calls a lost connection. */
function correctAxios(error: object, codes: readonly string[]): FailureKind | undefined {
  return readMember(error, "isAxiosError") === true && codes[0] === "ECONNABORTED" ? "timeout" : undefined;
}

function isActionRejected(error: object): boolean {
  return readMember(error, ACTION_REJECTED) === true || readMember(error, "name") === "ActionRejected";
}
