import { beforeEach, describe, expect, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { recordApproval, recordGrant } from "../support/recorded-approvals.ts";

/** Times that no program could read as an instant, with the first and the last that one can. */
const NO_INSTANTS = [
  "infinity",
  "-infinity",
  "1969-12-31T23:59:59Z",
  "10000-01-01T00:00:00Z",
  "290000-01-01T00:00:00Z",
];
const INSTANTS = ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"];

/** Which times can stand in the rows of votes, approvals and grants, whoever writes them and whatever database is underneath. */
export function describeApprovalTimes(db: () => Db): void {
  describe("times of approvals", () => {
    beforeEach(async () => {
      const empty = "truncate approval, vote, approval_grant, approval_grant_use, invocation, input_revision";
      await db().transaction((tx) => tx.runScript(empty));
      const ref = await recordApproval(db());
      const grant = await recordGrant(db(), ref);
      await db().query("insert into approval_grant_use (tenant, grant_id, invocation) values ('default', $1, $2)", [
        ...[grant, ref.id],
      ]);
    });

    test.each([
      ["vote", ["made_at", "judged_at", "leased_until"]],
      ["approval", ["opened_at", "decide_by", "execute_by", "resolved_at", "consumed_at"]],
      ["approval_grant", ["issued_at", "expires_at", "revoked_at"]],
      ["approval_grant_use", ["used_at"]],
    ])("%s refuses a row with a time in %j that is no instant", async (table, columns) => {
      for (const column of columns) {
        const write = (time: string) => db().query(`update ${table} set ${column} = $1 returning tenant`, [time]);
        for (const time of NO_INSTANTS) await expect(write(time)).rejects.toThrow(/violates check constraint/);
        for (const time of INSTANTS) expect(await write(time)).toHaveLength(1);
      }
    });
  });
}
