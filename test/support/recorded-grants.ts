import type { GrantBounds } from "../../src/contract/grants.ts";
import type { GrantId } from "../../src/contract/ids.ts";
import type { NewGrant } from "../../src/store/grants.ts";
import type { TestStore } from "./pglite.ts";
import { recordApproval, recordGrant } from "./recorded-approvals.ts";

/** What a test says of a grant on record. */
export interface IssuedGrant extends Partial<Omit<NewGrant, "bounds">> {
  readonly bounds?: GrantBounds;
  readonly used?: number;
}

/**
 * Puts a call of `ada` for `test.echo` in the version `v1` under the policy `p1`, its approval and a grant that `eve` gave with it on
 * record: for amounts up to 100, three uses and an hour from now. Gives the grant's id.
 */
export async function issueGrant(store: TestStore, issued: IssuedGrant = {}): Promise<GrantId> {
  const { used = 0, bounds = { "/amountCents": { lte: 100 } }, ...change } = issued;
  const { tenant = "default", action = "test.echo", actor = "ada" } = change;
  const ref = await recordApproval(store.db, { tenant, action, actor: { subject: actor } });
  const nowMs = await store.clock.nowMs();
  const id = await recordGrant(store.db, ref, {
    ...{ issuer: "eve", action, policy_version: "p1", actor, bounds: JSON.stringify(bounds) },
    ...{ issued_at: nowMs, expires_at: nowMs + 3_600_000 },
    ...change,
  });
  await store.db.query("update approval_grant set used = $2 where id = $1", [id, used]);
  return id;
}
