import { CONDITION_PREFIX, fitsApproverCondition } from "./approver-condition.ts";

/** The part of a principal that approval terms can speak of. */
export interface Approver {
  readonly subject: string;
  /** Absent where it isn't known. */
  readonly kind?: "user" | "agent" | "service" | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

/** What is asked about, as an approver's condition sees it. */
export interface ApprovalRequest {
  readonly action: string;
  readonly actor: string;
  /** Who called for the actor, if somebody else did. */
  readonly via?: string | undefined;
  /** The run that the call was made for. */
  readonly run?: string | undefined;
  /** The real input that is being decided. */
  readonly input: unknown;
}

/** Every way in which terms can name this principal: `user:`, `role:` and `group:` with the name behind it. */
export function approverNames(principal: Approver): string[] {
  return [
    `user:${principal.subject}`,
    ...principal.roles.map((role) => `role:${role}`),
    ...principal.groups.map((group) => `group:${group}`),
  ];
}

/** Whether one of the approvers is a condition, so that names alone don't tell who may vote. */
export function asksByCondition(approvers: readonly string[]): boolean {
  return approvers.some((entry) => entry.startsWith(CONDITION_PREFIX));
}

/** Whether one of a stage's approvers is this principal, by name or by a condition. Self-approval is not looked at here. */
export function isEligible(approvers: readonly string[], approver: Approver, request: ApprovalRequest): boolean {
  if (approverNames(approver).some((name) => approvers.includes(name))) return true;
  return approvers.some(
    (entry) =>
      entry.startsWith(CONDITION_PREFIX) &&
      fitsApproverCondition(entry.slice(CONDITION_PREFIX.length), approver, request),
  );
}
