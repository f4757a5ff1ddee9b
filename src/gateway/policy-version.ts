import type { PolicyHead } from "../store/policies.ts";

/** The name of a version, as verdicts and resolutions record it: its number in the tenant, and which text it was. */
export function policyVersionOf(head: Pick<PolicyHead, "seq" | "digest">): string {
  return `${head.seq}-${head.digest.slice(0, 12)}`;
}
