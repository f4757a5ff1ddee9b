import { expect, test } from "vitest";
import { computeGrantMac, isAuthenticGrant, type MacGrant } from "../../src/core/grant-mac.ts";

const KEY = "k".repeat(40);
const GRANT: MacGrant = {
  ...{ id: "grt_1", tenant: "default", vote: "vote_1", invocation: "ivn_1", round: 1, stage: 0, issuer: "ada" },
  ...{ action: "pay.one", action_version: "1", policy_version: "2", actor: "agent", run: null, scope: "actor" },
  ...{ bounds: "{}", uses: 3, issued_at: 1_000, expires_at: 2_000 },
};

test("isAuthenticGrant() holds for a grant as it was issued", () => {
  expect(isAuthenticGrant(KEY, { ...GRANT, mac: computeGrantMac(KEY, GRANT) })).toBe(true);
});

test.each(Object.keys(GRANT) as (keyof MacGrant)[])("isAuthenticGrant() notices another %s", (column) => {
  const mac = computeGrantMac(KEY, GRANT);
  const changed = { ...GRANT, [column]: typeof GRANT[column] === "number" ? 7 : "other" };
  expect(isAuthenticGrant(KEY, { ...changed, mac })).toBe(false);
});

test.each(["", "0".repeat(64), "not hex"])("isAuthenticGrant() takes %j for no MAC", (mac) => {
  expect(isAuthenticGrant(KEY, { ...GRANT, mac })).toBe(false);
});

test("isAuthenticGrant() holds under its own key only", () => {
  expect(isAuthenticGrant("other", { ...GRANT, mac: computeGrantMac(KEY, GRANT) })).toBe(false);
});
