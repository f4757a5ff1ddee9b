import type { InvocationStatus } from "../contract/invocation.ts";

/**
 * Whether a call still counts for what it was made for: it may yet take effect, has taken effect, or nobody knows. While it does, no other
 * may be made in its place.
 */
export function standsIn(status: InvocationStatus): boolean {
  switch (status) {
    case "accepted":
    case "pending":
    case "executing":
    case "executed":
    case "uncertain":
      return true;
    case "failed":
    case "denied":
    case "rejected":
    case "expired":
    case "canceled":
      return false;
  }
}
