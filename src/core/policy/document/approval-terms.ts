import type { ApprovalTerms } from "../../../contract/policy.ts";
import { addFault, type Cursor, readBoolean, readEach, readMap, readText } from "./cursor.ts";
import { parseDurationMs } from "./durations.ts";
import { MAX_APPROVAL_CLOCK_MS } from "../limits.ts";

/** Terms where the policy asks for an approval and says no more: one approver within a day. */
export const DEFAULT_APPROVAL_TERMS: Readonly<ApprovalTerms> = freezeTerms({
  approvers: ["role:approver"],
  approve: 1,
  deny: 1,
  decideByMs: 86_400_000,
  requireReason: false,
});

const KEYS = {
  known: ["approvers", "approve", "deny", "decide_by", "execute_by", "remind_every", "require_reason"],
  unsupported: ["escalate_after", "escalate_to"],
};

/** Reads a rule's `approval`; what it leaves out comes from {@link DEFAULT_APPROVAL_TERMS}. */
export function readApprovalTerms(cursor: Cursor): Readonly<ApprovalTerms> | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  const approvers = members.get("approvers");
  const decideBy = members.get("decide_by");
  const executeBy = members.get("execute_by");
  const remindEvery = members.get("remind_every");
  const requireReason = members.get("require_reason");
  for (const key of ["approve", "deny"]) {
    const count = members.get(key);
    if (count !== undefined) checkCount(count);
  }
  const executeByMs = executeBy && readDurationMs(executeBy);
  const remindEveryMs = remindEvery && readDurationMs(remindEvery);
  return freezeTerms({
    ...DEFAULT_APPROVAL_TERMS,
    approvers: [...((approvers && readApprovers(approvers)) ?? DEFAULT_APPROVAL_TERMS.approvers)],
    decideByMs: (decideBy && readDurationMs(decideBy)) ?? DEFAULT_APPROVAL_TERMS.decideByMs,
    ...(executeByMs === undefined ? {} : { executeByMs }),
    ...(remindEveryMs === undefined ? {} : { remindEveryMs }),
    requireReason: (requireReason && readBoolean(requireReason)) ?? DEFAULT_APPROVAL_TERMS.requireReason,
  });
}

/**
 * Terms that satisfy both documents: the shorter clocks, a reason if either wants one, and the approvers that both name.
 * When they name none in common, the first document's approvers stand.
 */
export function mergeApprovalTerms(
  first: Readonly<ApprovalTerms>,
  second: Readonly<ApprovalTerms>,
): Readonly<ApprovalTerms> {
  const common = first.approvers.filter((approver) => second.approvers.includes(approver));
  const executeByMs = Math.min(first.executeByMs ?? Infinity, second.executeByMs ?? Infinity);
  const remindEveryMs = Math.min(first.remindEveryMs ?? Infinity, second.remindEveryMs ?? Infinity);
  return freezeTerms({
    approvers: common.length === 0 ? [...first.approvers] : common,
    approve: Math.max(first.approve, second.approve),
    deny: Math.min(first.deny, second.deny),
    decideByMs: Math.min(first.decideByMs, second.decideByMs),
    ...(executeByMs === Infinity ? {} : { executeByMs }),
    ...(remindEveryMs === Infinity ? {} : { remindEveryMs }),
    requireReason: first.requireReason || second.requireReason,
  });
}

function freezeTerms(terms: ApprovalTerms): Readonly<ApprovalTerms> {
  Object.freeze(terms.approvers);
  return Object.freeze(terms);
}

function checkCount(cursor: Cursor): void {
  const { node } = cursor;
  const count = node.kind === "scalar" ? node.value : undefined;
  if (count === 1) return;
  const isLarger = typeof count === "number" && Number.isInteger(count) && count > 1;
  addFault(
    cursor,
    isLarger ? "This version supports one vote only" : "This must be 1",
    isLarger ? "write 1" : undefined,
  );
}

function readApprovers(cursor: Cursor): readonly string[] | undefined {
  const approvers = readEach(cursor, readApprover);
  if (approvers?.length !== 0) return approvers;
  return addFault(cursor, "The sets named here are empty, so nobody could approve");
}

function readApprover(cursor: Cursor): string | undefined {
  const approver = readText(cursor, { min: 1, max: 206 });
  if (approver === undefined) return undefined;
  if (/^(user|role|group):[\x21-\x7e]{1,200}$/.test(approver)) return approver;
  return addFault(cursor, "An approver is user:, role: or group: and a name", "for example group:finance");
}

function readDurationMs(cursor: Cursor): number | undefined {
  const { node } = cursor;
  const value = node.kind === "scalar" ? node.value : undefined;
  const durationMs = typeof value === "string" ? parseDurationMs(value) : undefined;
  if (durationMs === undefined) return addFault(cursor, "This must be a duration", "for example 90s, 15m, 24h or 7d");
  if (durationMs > MAX_APPROVAL_CLOCK_MS) return addFault(cursor, "This duration is longer than 366 days");
  return durationMs;
}
