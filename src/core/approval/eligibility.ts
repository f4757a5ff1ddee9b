/** The part of a principal that approval terms can name. */
export interface Approver {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

/** Every way in which terms can name this principal: `user:`, `role:` and `group:` with the name behind it. */
export function approverNames(principal: Approver): string[] {
  return [
    `user:${principal.subject}`,
    ...principal.roles.map((role) => `role:${role}`),
    ...principal.groups.map((group) => `group:${group}`),
  ];
}

/** Whether one of the approvers that the terms name is this principal. Self-approval is not looked at here. */
export function isEligible(approvers: readonly string[], principal: Approver): boolean {
  return approverNames(principal).some((name) => approvers.includes(name));
}
