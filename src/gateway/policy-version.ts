import { ORGANISATION } from "../contract/principal.ts";
import type { PolicyHead } from "../store/policies.ts";

/** The name of a version, as verdicts and resolutions record it: its number in its layer, and which text it was. */
export function policyVersionOf({ tenant, seq, digest }: PolicyHead): string {
  return `${tenant === ORGANISATION ? "organisation-" : ""}${seq}-${digest.slice(0, 12)}`;
}
