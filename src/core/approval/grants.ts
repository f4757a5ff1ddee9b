import type { ApprovalTerms } from "../../contract/approval-terms.ts";
import type { GrantStatus } from "../../contract/grants.ts";
import { canonicalJson } from "../canonical.ts";
import { readGrantBounds } from "./grant-bounds.ts";
import type { IsApprover } from "./state.ts";

/** A grant that may still be used: an approving vote that stands for later calls of the same action and actor, within its bounds. */
export interface StandingGrant {
  /** The grant's id. */
  readonly id: string;
  /** Whose vote it is. */
  readonly issuer: string;
  /** The stage that the vote was given in, from 0: it stands for a vote of that stage only. */
  readonly stage: number;
  /** What may differ from the approved input and how far, by JSON pointer, as the vote's MAC covers it. */
  readonly bounds: unknown;
  /** The input that was approved. */
  readonly sourceInput: unknown;
}

/** Who may stand for whom when grants are used. */
export interface GrantCheck {
  /** Whether a person has, at present, one of these names among the approvers. */
  readonly isApprover: IsApprover;
  /** The actor, and whoever called for it: their own grants never count. */
  readonly requesters: readonly string[];
}

/** What a grant's status depends on. */
export interface GrantFacts {
  /** Version of the manifest that the grant was issued for. */
  readonly actionVersion: string;
  /** Version of the policy that it was issued under. */
  readonly policyVersion: string;
  /** How often it may be used in all. */
  readonly uses: number;
  /** How often it was used. */
  readonly used: number;
  /** From this instant on it can't be used any more, epoch milliseconds. */
  readonly expiresAtMs: number;
  /** When it was taken back, epoch milliseconds. */
  readonly revokedAtMs: number | undefined;
}

/** What is in force now. */
export interface GrantPresent {
  /** Database time, epoch milliseconds. */
  readonly nowMs: number;
  /** Version of the action's manifest; absent when it is published no more. */
  readonly actionVersion: string | undefined;
  /** Version of the tenant's policy. */
  readonly policyVersion: string | undefined;
}

/**
 * Whether a call's input is one that the grant speaks of: every bounded place keeps its bound, and all else equals the input that was
 * approved, value by value. Bounds that can't be read cover nothing. Takes time linear in both inputs, and in the texts that patterns search.
 */
export function coversInput(grant: Pick<StandingGrant, "bounds" | "sourceInput">, input: unknown): boolean {
  const read = readGrantBounds(grant.bounds);
  if ("fault" in read || !read.bounds.holds(input)) return false;
  const { places } = read.bounds;
  return canonicalJson(withoutPlaces(input, places)) === canonicalJson(withoutPlaces(grant.sourceInput, places));
}

/**
 * The grants that together stand for an approval by these terms, or `undefined` when they don't: for every stage as many distinct people
 * as it asks to approve, each with a grant issued in that stage, each an approver of it now, none a requester; and nobody in two stages
 * where the terms exclude whoever approved before. Inputs are not looked at: give it only what {@link coversInput} the call's.
 */
export function coverByGrants(
  terms: ApprovalTerms,
  grants: readonly StandingGrant[],
  check: GrantCheck,
): readonly StandingGrant[] | undefined {
  const usable = grants.filter((grant) => isUsable(terms, grant, check));
  const isOnceInAll = terms.exclude.includes("previous_stage");
  const placeOf = ({ issuer, stage }: StandingGrant) => (isOnceInAll ? issuer : `${stage} ${issuer}`);
  const seating: Seating = { usable, placeOf, seated: new Map() };
  for (const [stage, { approve }] of terms.stages.entries()) {
    for (let seat = 0; seat < approve; seat += 1) if (!seatOne(seating, stage, new Set())) return undefined;
  }
  return [...seating.seated.values()].toSorted((one, other) => one.stage - other.stage);
}

/** Where a grant stands: over for good by its own clock, count or revocation, or void while action or policy are other ones. */
export function statusOfGrant(grant: GrantFacts, present: GrantPresent): GrantStatus {
  if (grant.revokedAtMs !== undefined) return "revoked";
  if (grant.used >= grant.uses) return "used_up";
  if (present.nowMs >= grant.expiresAtMs) return "expired";
  const isSame = grant.actionVersion === present.actionVersion && grant.policyVersion === present.policyVersion;
  return isSame ? "active" : "void";
}

function isUsable(terms: ApprovalTerms, grant: StandingGrant, { isApprover, requesters }: GrantCheck): boolean {
  const approvers = terms.stages[grant.stage]?.approvers;
  return approvers !== undefined && !requesters.includes(grant.issuer) && isApprover(approvers, grant.issuer);
}

/** Who was found for the approvals that the stages ask for. */
interface Seating {
  readonly usable: readonly StandingGrant[];
  /** What a grant's issuer takes up: only one grant may have it. */
  readonly placeOf: (grant: StandingGrant) => string;
  /** Grants in use by their places. */
  readonly seated: Map<string, StandingGrant>;
}

/** Finds one more approval of a stage; somebody who serves another stage gives way if that one finds somebody else. */
function seatOne(seating: Seating, stage: number, tried: Set<string>): boolean {
  for (const grant of seating.usable) {
    const place = seating.placeOf(grant);
    if (grant.stage !== stage || tried.has(place)) continue;
    tried.add(place);
    const seated = seating.seated.get(place);
    if (seated !== undefined && !seatOne(seating, seated.stage, tried)) continue;
    seating.seated.set(place, grant);
    return true;
  }
  return false;
}

/** A value without what the keys lead to; an item of a list leaves its place behind, so that the others keep theirs. */
function withoutPlaces(value: unknown, places: readonly (readonly string[])[]): unknown {
  if (places.length === 0 || typeof value !== "object" || value === null) return value;
  const below = new Map<string | undefined, (readonly string[])[]>();
  for (const [key, ...rest] of places) below.set(key, [...(below.get(key) ?? []), rest]);
  const isBounded = (key: string) => below.get(key)?.some((rest) => rest.length === 0) === true;
  const restOf = (key: string, member: unknown) => withoutPlaces(member, below.get(key) ?? []);
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (isBounded(String(index)) ? null : restOf(String(index), item)));
  const kept = Object.entries(value).filter(([key]) => !isBounded(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, restOf(key, member)]));
}
