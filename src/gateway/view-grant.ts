import type { GrantBounds, GrantStatus, GrantView } from "../contract/grants.ts";
import { statusOfGrant, type GrantPresent } from "../core/approval/grants.ts";
import { canonicalJson } from "../core/canonical.ts";
import { parsePointer } from "../core/policy/document/pointers.ts";
import { REDACTED } from "../core/redaction/redacted.ts";
import type { GrantDetailRow, GrantRow } from "../store/grants.ts";
import type { Redact } from "./ports.ts";
import { toWireTime } from "./views.ts";

/** What the view of a grant shows besides the row. */
export interface GrantViewParts {
  readonly present: GrantPresent;
  readonly redact: Redact;
  /** JSON pointers that the action declared secret when the grant was issued; `undefined` where nobody knows that any more. */
  readonly secretFields: readonly string[] | undefined;
}

/** A grant as every door shows it. */
export function viewGrant(row: GrantDetailRow, { present, redact, secretFields }: GrantViewParts): GrantView {
  const { id, tenant, action, actor, scope, invocation, uses, used } = row;
  return {
    ...{ id, tenant, status: statusOf(row, present), action },
    ...{ actionVersion: row.action_version, policyVersion: row.policy_version, actor, scope },
    ...(scope === "run" && row.run !== null ? { run: row.run } : {}),
    ...{ issuedBy: row.issuer, invocation, input: JSON.parse(row.input_view) as unknown },
    bounds: redactBounds(JSON.parse(row.bounds) as GrantBounds, redact, secretFields),
    ...{ uses, used, issuedAt: toWireTime(row.issued_at), expiresAt: toWireTime(row.expires_at) },
    ...(row.revoked_at === null ? {} : { revokedAt: toWireTime(row.revoked_at) }),
    ...(row.revoked_by === null ? {} : { revokedBy: row.revoked_by }),
  };
}

/** Where a grant stands, by its row and what is in force now. */
export function statusOf(row: GrantRow, present: GrantPresent): GrantStatus {
  const { uses, used } = row;
  const versions = { actionVersion: row.action_version, policyVersion: row.policy_version };
  const times = { expiresAtMs: row.expires_at, revokedAtMs: row.revoked_at ?? undefined };
  return statusOfGrant({ ...versions, uses, used, ...times }, present);
}

/**
 * Bounds as they are shown: what a value is compared with is as secret as the value would be at its place of the input, and secret where
 * nobody knows the secret fields.
 */
export function redactBounds(
  bounds: GrantBounds,
  redact: Redact,
  secretFields: readonly string[] | undefined,
): GrantBounds {
  const shown = Object.entries(bounds).map(([pointer, tests]) => {
    const show = ([comparator, operand]: readonly [string, unknown]) => {
      const placed = placeAt(pointer, operand);
      const isShown =
        secretFields !== undefined && canonicalJson(redact(placed, secretFields)) === canonicalJson(placed);
      return [comparator, isShown ? operand : REDACTED] as const;
    };
    return [pointer, Object.fromEntries(Object.entries(tests).map(show))] as const;
  });
  return Object.fromEntries(shown);
}

/** An input in which nothing stands but this value at its place. */
function placeAt(pointer: string, value: unknown): unknown {
  const keys = parsePointer(pointer) ?? [];
  return keys.reduceRight((held, key) => ({ [key]: held }), value);
}
