import type { GrantTerms } from "../../src/contract/grants.ts";
import type { RecordedVerdict } from "../../src/contract/policy.ts";
import { isEligible } from "../../src/core/approval/eligibility.ts";
import { coverByGrants, coversInput, type StandingGrant } from "../../src/core/approval/grants.ts";
import { requestOf } from "../../src/core/approval/request-of.ts";
import { inputDigest } from "../../src/core/digest.ts";
import { isAuthenticGrant } from "../../src/core/grant-mac.ts";
import { parseGrantId } from "../../src/core/ids.ts";
import type { SigningKey } from "../../src/core/signing-key.ts";
import type { AuditEntry } from "../../src/store/audit.ts";
import type { UsableGrant } from "../../src/store/grants.ts";
import type { LockedInvocation } from "../../src/store/invocations.ts";
import type { TransactionTables } from "../../src/store/store.ts";
import { actionVersionOf } from "../action-version.ts";
import { type Deciding, requestersOf } from "../deciding.ts";
import { eventOf } from "../event-of.ts";

/** Grants that are looked at for one call, of all that could stand for it. Our choice. */
const MAX_LOOKED_AT = 50;

/**
 * Lets grants stand for the approval that policy asks for, if there are enough of them. They are locked, and spent when the call is
 * let in. Grants never soften a denial.
 */
export async function useGrants(deciding: Deciding, verdict: RecordedVerdict): Promise<RecordedVerdict> {
  const terms = verdict.obligations.approval;
  if (verdict.effect !== "require_approval" || terms === undefined) return verdict;
  const { row, knowledge } = deciding;
  const grants = await lockGrants(deciding, verdict.policyVersion);
  if (grants.length === 0) return verdict;
  const request = requestOf(row);
  const covering = grants.filter((grant) => coversInput(grant, request.input));
  const used = coverByGrants(terms, covering, {
    requesters: requestersOf(deciding),
    isApprover: (approvers, subject) => isEligible(approvers, knowledge.person(subject), request),
  });
  if (used === undefined) return verdict;
  return {
    ...verdict,
    effect: verdict.sanitized === undefined ? "allow" : "sanitize",
    reason: `Granted in advance by ${[...new Set(used.map(({ issuer }) => issuer))].join(", ")}`,
    granted: used.map(({ id, issuer }) => ({ grant: id, by: issuer })),
  };
}

/** Takes one use of each grant that let the call in, and says so in the record. */
export async function spendGrants(
  tx: TransactionTables,
  row: LockedInvocation,
  { granted = [] }: RecordedVerdict,
): Promise<readonly AuditEntry[]> {
  if (granted.length === 0) return [];
  const ids = granted.flatMap(({ grant }) => parseGrantId(grant) ?? []);
  await tx.grants.use(row.tenant, ids, row.id);
  return granted.map(({ grant, by }) => eventOf(row, "grant.used", { grant, by }));
}

async function lockGrants(
  { ports, tx, row, action }: Deciding,
  policyVersion: string,
): Promise<readonly StandingGrant[]> {
  const { tenant, actor, run } = row;
  const call = { action: row.action, actor, run, actionVersion: actionVersionOf(action), policyVersion };
  const rows = await tx.grants.lockUsable(tenant, call, MAX_LOOKED_AT);
  return rows.filter((grant) => isIssued(ports.signingKey, grant)).map(standingGrant);
}

/** Whether a worker issued this grant, as it stands, for an input that people approved: a row that was written or changed by hand is none. */
function isIssued(signingKey: SigningKey, grant: UsableGrant): boolean {
  return (
    isAuthenticGrant(signingKey, grant) && grant.source_status === "approved" && digestOf(grant) === grant.source_digest
  );
}

/** The digest that the approved call had if neither it nor what the grant says of it was changed. */
function digestOf(grant: UsableGrant): string {
  const { tenant, invocation, round, actor, action, action_version: actionVersion, source_salt: salt } = grant;
  const input = JSON.parse(grant.source_input) as unknown;
  return inputDigest({ tenant, invocation, round, actor, action, actionVersion, salt, input });
}

function standingGrant({ id, issuer, stage, bounds, source_input }: UsableGrant): StandingGrant {
  return {
    ...{ id, issuer, stage },
    bounds: JSON.parse(bounds) as GrantTerms["bounds"],
    sourceInput: JSON.parse(source_input) as unknown,
  };
}
