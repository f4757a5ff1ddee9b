import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computeVoteMac, isAuthenticVote, type MacVote, verifyVoteMac, voteMacInput } from "../../src/core/vote-mac.ts";

const KEY = "signing-key";
const VOTE: MacVote = {
  id: "vote_1",
  tenant: "default",
  invocation: "ivn_1",
  round: 1,
  digest: "ab",
  voter: "demo-approver",
  decision: "approve",
  reason: "größer",
  madeAtMs: Date.UTC(2026, 0, 1),
};
const MAC = "dcd2304223e974a8a6908cbda3dbd7f7b1aed7efcf71dafe7df113df486d92f3";

describe("voteMacInput", () => {
  test("voteMacInput() is canonical JSON of the whole vote and the format's name", () => {
    expect(voteMacInput(VOTE)).toBe(
      '{"decision":"approve","digest":"ab","format":"countersign/vote/1","id":"vote_1","invocation":"ivn_1",' +
        '"madeAtMs":1767225600000,"reason":"größer","round":1,"tenant":"default","voter":"demo-approver"}',
    );
  });

  test("voteMacInput() tells an empty reason from none, and reads none as the row and the program have it", () => {
    const { reason: _, ...without } = VOTE;
    expect(voteMacInput(without)).toBe(voteMacInput({ ...VOTE, reason: null }));
    expect(voteMacInput(without)).toBe(voteMacInput({ ...VOTE, reason: undefined }));
    expect(voteMacInput(without)).not.toBe(voteMacInput({ ...VOTE, reason: "" }));
  });
});

describe("a vote with stage, edit or grant", () => {
  const EXTRAS: readonly Partial<MacVote>[] = [
    { stage: 1 },
    { stage: 2 },
    { edit: '{"/amountCents":400}' },
    { edit: '{"/amountCents":401}' },
    { edit: "" },
    { grantTerms: '{"uses":1}' },
    { grantTerms: '{"uses":2}' },
    { stage: 1, edit: "{}", grantTerms: "{}" },
  ];

  test("computeVoteMac() is for a vote without them what it was before there were any", () => {
    expect(computeVoteMac(KEY, { ...VOTE, stage: 0, edit: null, grantTerms: null })).toBe(MAC);
    expect(computeVoteMac(KEY, { ...VOTE, stage: undefined, edit: undefined, grantTerms: undefined })).toBe(MAC);
  });

  test("computeVoteMac() covers each of them, and is another one for every other", () => {
    const macs = EXTRAS.map((extra) => computeVoteMac(KEY, { ...VOTE, ...extra }));
    expect(new Set([MAC, ...macs]).size).toBe(EXTRAS.length + 1);
    expect(computeVoteMac(KEY, { ...VOTE, stage: 1, edit: "{}", grantTerms: "{}" })).toBe(
      "d3bae87e0abb6864db853503b93c03fcc9f017d145f8145e4b861eeeaf23f38c",
    );
  });

  test("isAuthenticVote() refuses a row to which one was added, changed or taken by hand", () => {
    const { madeAtMs, ...rest } = VOTE;
    const row = { ...rest, made_at: madeAtMs, stage: 1, edit: '{"/a":1}', grant_terms: '{"uses":1}' };
    const mac = computeVoteMac(KEY, { ...VOTE, stage: 1, edit: '{"/a":1}', grantTerms: '{"uses":1}' });
    expect(isAuthenticVote(KEY, { ...row, mac })).toBe(true);
    const changes = [{ stage: 0 }, { stage: 2 }, { edit: null }, { edit: '{"/a":2}' }, { grant_terms: null }];
    for (const change of changes) expect(isAuthenticVote(KEY, { ...row, ...change, mac })).toBe(false);
    const { edit: _, ...less } = row;
    expect(isAuthenticVote(KEY, { ...less, mac })).toBe(false);
  });
});

describe("verifyVoteMac", () => {
  test("computeVoteMac() is HMAC-SHA-256 in hex, under the first key of a ring", () => {
    expect(computeVoteMac(KEY, VOTE)).toBe(MAC);
    expect(computeVoteMac([KEY, "another"], VOTE)).toBe(MAC);
  });

  test("verifyVoteMac() takes the MAC of this very vote", () => {
    expect(verifyVoteMac(KEY, VOTE, MAC)).toBe(true);
  });

  test("verifyVoteMac() refuses a vote with any member changed, and another key", () => {
    const changes: readonly Partial<MacVote>[] = [
      { id: "vote_2" },
      { tenant: "other" },
      { invocation: "ivn_2" },
      { round: 2 },
      { digest: "ac" },
      { voter: "demo-agent" },
      { decision: "reject" },
      { reason: null },
      { madeAtMs: VOTE.madeAtMs - 1 },
    ];
    expect(changes.map((change) => verifyVoteMac(KEY, { ...VOTE, ...change }, MAC))).toEqual(changes.map(() => false));
    expect(verifyVoteMac("other-key", VOTE, MAC)).toBe(false);
  });

  test("verifyVoteMac() refuses every other text as MAC and never throws", () => {
    expect([MAC.toUpperCase(), `${MAC} `, "ü".repeat(32)].map((mac) => verifyVoteMac(KEY, VOTE, mac))).toEqual([
      false,
      false,
      false,
    ]);
    fc.assert(fc.property(fc.string({ unit: "binary" }), (mac) => !verifyVoteMac(KEY, VOTE, mac)));
  });

  test("isAuthenticVote() takes the row that a door wrote, and none that was changed by hand", () => {
    const { madeAtMs, ...rest } = VOTE;
    const row = { ...rest, made_at: madeAtMs, mac: MAC };
    expect(isAuthenticVote(KEY, row)).toBe(true);
    expect(isAuthenticVote(KEY, { ...row, made_at: madeAtMs + 1 })).toBe(false);
  });
});
