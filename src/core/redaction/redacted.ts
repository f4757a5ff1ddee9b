/** What stands where something secret was. */
export const REDACTED = "[redacted]";
